"""The states, districts and schools an import speaks of: found by their identifiers, checked, and brought up to date.

``resolve`` finds out who is meant and gives new ones an identity; ``check`` refuses what cannot be so; ``write``
changes what is different and nothing else.
"""

from typing import LiteralString
from uuid import UUID

from psycopg import Connection

from storage.imports.profiles import ImportProfile, ProfileKind
from storage.imports.report import PreviewRow, RowErrors, Tally
from storage.imports.staging import Row, mistakes, rows_of, run, stage_ids
from storage.imports.us_states import POSTAL, STATE_NAMES

# ``name`` is what the file says, ``otherwise`` what a new organization is called if it says nothing.
WANTED: LiteralString = """
CREATE TEMP TABLE wanted (
    kind text, scheme text, value text, name text, otherwise text, city text, level text, parent text, first_year int,
    last_year int, row bigint, id uuid, is_new boolean DEFAULT true, is_changed boolean DEFAULT false
) ON COMMIT DROP
"""

WANTED_STATES: LiteralString = """
INSERT INTO wanted (kind, scheme, value, first_year, last_year, row)
SELECT 'STATE', %(scheme)s, state, least(min(year), %(earliest)s), max(year), min(row) FROM told_places GROUP BY state
"""

# A district stands under the state that most of its schools name.
WANTED_DISTRICTS: LiteralString = """
INSERT INTO wanted (kind, scheme, value, name, otherwise, parent, first_year, last_year, row)
SELECT
    'DISTRICT', %(scheme)s, district,
    (array_agg(district_name ORDER BY year DESC, row) FILTER (WHERE district_name IS NOT NULL))[1],
    coalesce(
        CASE WHEN %(by_school)s THEN
            (array_agg(school_name ORDER BY year DESC, row) FILTER (WHERE school_name IS NOT NULL))[1]
        END,
        replace(%(name_format)s, '{id}', district)
    ),
    mode() WITHIN GROUP (ORDER BY state), least(min(year), %(earliest)s), max(year), min(row)
FROM told_places GROUP BY district
"""

WANTED_SCHOOLS: LiteralString = """
INSERT INTO wanted (kind, scheme, value, name, otherwise, city, level, first_year, last_year, row)
SELECT
    'SCHOOL', %(scheme)s, school,
    (array_agg(school_name ORDER BY year DESC, row) FILTER (WHERE school_name IS NOT NULL))[1],
    replace(%(name_format)s, '{id}', school),
    (array_agg(city ORDER BY year DESC, row) FILTER (WHERE city IS NOT NULL))[1],
    (array_agg(level ORDER BY year DESC, row) FILTER (WHERE level IS NOT NULL))[1],
    least(min(year), %(earliest)s), max(year), min(row)
FROM told_places GROUP BY school
"""

FIND: LiteralString = """
UPDATE wanted SET id = known.organization_id, is_new = false
FROM organization_identifiers AS known WHERE known.scheme = wanted.scheme AND known.value = wanted.value
"""

# The stretches of years in which the file puts one organization under one other; ``ends`` where the next one begins.
TOLD_PARENTS: LiteralString = """
CREATE TEMP TABLE told_parents ON COMMIT DROP AS
WITH yearly AS (
    SELECT school, year, min(district) AS district, min(row) AS row FROM told_places GROUP BY school, year
), marked AS (
    SELECT *, district IS DISTINCT FROM lag(district) OVER (PARTITION BY school ORDER BY year) AS moved FROM yearly
), numbered AS (
    SELECT *, count(*) FILTER (WHERE moved) OVER (PARTITION BY school ORDER BY year) AS stretch FROM marked
), stretches AS (
    SELECT school, stretch, min(district) AS district, min(year) AS first_year, max(year) AS last_year, min(row) AS row
    FROM numbered GROUP BY school, stretch
)
SELECT
    child.id AS organization_id, parent.id AS parent_id, stretches.row,
    make_date(CASE WHEN stretch = 1 THEN child.first_year ELSE stretches.first_year END - 1, 7, 1) AS starts,
    make_date(lead(stretches.first_year) OVER (PARTITION BY school ORDER BY stretch) - 1, 7, 1) AS ends,
    make_date(stretches.last_year, 7, 1) AS known_until,
    CASE WHEN child.is_new THEN 'add' ELSE 'refuse' END AS act
FROM stretches
JOIN wanted AS child ON child.kind = 'SCHOOL' AND child.value = school
JOIN wanted AS parent ON parent.kind = 'DISTRICT' AND parent.value = district
UNION ALL
SELECT
    child.id, parent.id, child.row, make_date(child.first_year - 1, 7, 1), NULL, make_date(child.last_year, 7, 1),
    CASE WHEN child.is_new THEN 'add' ELSE 'refuse' END
FROM wanted AS child
JOIN wanted AS parent ON parent.kind = 'STATE' AND parent.value = child.parent
WHERE child.kind = 'DISTRICT'
"""

# What to do with a stretch of an organization we know: nothing, if it stands there already; begin the first link
# earlier; or end the link that is still open and begin another. Anything else contradicts the record.
ACTS: LiteralString = """
UPDATE told_parents AS told SET act = CASE
    WHEN link.earliest IS NULL THEN 'add'
    WHEN EXISTS (
        SELECT FROM organization_parents AS held
        WHERE held.organization_id = told.organization_id AND held.parent_id = told.parent_id
        AND held.starts <= told.starts AND coalesce(held.ends, 'infinity') >= told.known_until
    ) THEN 'keep'
    WHEN told.starts < link.earliest AND link.first_parent = told.parent_id
        AND coalesce(link.first_ends, 'infinity') >= told.known_until THEN 'extend'
    WHEN told.starts > link.latest AND link.is_open AND told.ends IS NULL
        AND link.last_parent <> told.parent_id THEN 'move'
    ELSE 'refuse'
END
FROM (
    SELECT
        each.organization_id, min(held.starts) AS earliest, max(held.starts) AS latest,
        (array_agg(held.parent_id ORDER BY held.starts))[1] AS first_parent,
        (array_agg(held.ends ORDER BY held.starts))[1] AS first_ends,
        (array_agg(held.parent_id ORDER BY held.starts DESC))[1] AS last_parent,
        bool_or(held.starts IS NOT NULL AND held.ends IS NULL) AS is_open
    FROM (SELECT DISTINCT organization_id FROM told_parents WHERE act = 'refuse') AS each
    LEFT JOIN organization_parents AS held ON held.organization_id = each.organization_id
    GROUP BY each.organization_id
) AS link
WHERE link.organization_id = told.organization_id AND told.act = 'refuse'
"""

CONTRADICTORY_PLACES: LiteralString = """
WITH firsts AS (
    SELECT
        *, first_value(row) OVER same AS earlier, first_value(district) OVER same AS first_district,
        first_value(school_name) OVER same AS first_name, first_value(level) OVER same AS first_level,
        first_value(enrolment) OVER same AS first_enrolment,
        first_value(share_disadvantaged) OVER same AS first_share
    FROM told_places WINDOW same AS (PARTITION BY school, year ORDER BY row)
)
SELECT row, (%(columns)s::text[])[what.at], what.says,
    format('Row %%s says %%s for the same school and year; this row says %%s.', earlier, coalesce(what.said, 'nothing'),
        coalesce(what.says, 'nothing'))
FROM firsts CROSS JOIN LATERAL (VALUES
    (1, first_district, district), (2, first_name, school_name), (3, first_level, level),
    (4, first_enrolment::text, enrolment::text), (5, first_share::text, share_disadvantaged::text)
) AS what (at, said, says)
WHERE what.said IS DISTINCT FROM what.says
"""

WRONG_KIND: LiteralString = """
SELECT wanted.row, (%(columns)s::text[])[array_position(ARRAY['STATE', 'DISTRICT', 'SCHOOL'], wanted.kind)],
    wanted.value,
    format('%%s is known as the %%s %%s; it cannot also be a %%s.', wanted.value, lower(held.kind), held.name,
        lower(wanted.kind))
FROM wanted JOIN organizations AS held ON held.id = wanted.id WHERE held.kind <> wanted.kind
"""

CLOSED: LiteralString = """
WITH dated AS MATERIALIZED (
    SELECT wanted.value AS school, held.name, held.opened, held.closed
    FROM wanted JOIN organizations AS held ON held.id = wanted.id
    WHERE wanted.kind = 'SCHOOL' AND NOT wanted.is_new AND (held.opened IS NOT NULL OR held.closed IS NOT NULL)
), told AS (
    SELECT min(row) AS row, school, year
    FROM (SELECT row, school, year FROM told_places UNION ALL SELECT row, school, year FROM told_readings) AS every
    WHERE EXISTS (SELECT FROM dated) AND school IN (SELECT school FROM dated)
    GROUP BY school, year
)
SELECT told.row, %(column)s, told.year::text,
    CASE WHEN dated.closed <= make_date(told.year, %(month)s, %(day)s)
        THEN format('%%s closed on %%s; nothing can be read of it in %%s.', dated.name, dated.closed, told.year)
    ELSE format('%%s opened on %%s; nothing can be read of it in %%s.', dated.name, dated.opened, told.year) END
FROM told JOIN dated USING (school)
WHERE dated.closed <= make_date(told.year, %(month)s, %(day)s) OR dated.opened > make_date(told.year, 6, 30)
"""

MISPLACED: LiteralString = """
SELECT told.row, %(column)s, parent.name,
    format('%%s stands under %%s since %%s; this file puts it under %%s from %%s on. Correct the one or the other.',
        child.name, now_under.name, held.starts, coalesce(parent.name, wanted.name, wanted.otherwise), told.starts)
FROM told_parents AS told
JOIN organizations AS child ON child.id = told.organization_id
JOIN wanted ON wanted.id = told.parent_id
LEFT JOIN organizations AS parent ON parent.id = told.parent_id
JOIN LATERAL (
    SELECT * FROM organization_parents WHERE organization_id = told.organization_id ORDER BY starts DESC LIMIT 1
) AS held ON true
JOIN organizations AS now_under ON now_under.id = held.parent_id
WHERE told.act = 'refuse'
"""

CHANGED: LiteralString = """
UPDATE wanted SET is_changed = true FROM organizations AS held
WHERE held.id = wanted.id AND NOT wanted.is_new AND (
    (coalesce(wanted.name, held.name), coalesce(wanted.city, held.city), coalesce(wanted.level, held.level))
        IS DISTINCT FROM (held.name, held.city, held.level)
    OR EXISTS (
        SELECT FROM told_parents AS told
        WHERE told.organization_id = wanted.id AND told.act IN ('add', 'extend', 'move')
    )
)
"""

PROFILES: LiteralString = """
CREATE TEMP TABLE wanted_profiles ON COMMIT DROP AS
SELECT
    wanted.id AS organization_id, told.year, told.enrolment, told.lowest_grade, told.highest_grade,
    told.share_disadvantaged,
    held.organization_id IS NULL AS is_new,
    held.organization_id IS NOT NULL AND (
        coalesce(told.enrolment, held.enrolment), coalesce(told.lowest_grade, held.lowest_grade),
        coalesce(told.highest_grade, held.highest_grade), coalesce(told.share_disadvantaged, held.share_disadvantaged)
    ) IS DISTINCT FROM (held.enrolment, held.lowest_grade, held.highest_grade, held.share_disadvantaged) AS is_changed
FROM (
    SELECT DISTINCT ON (school, year) * FROM told_places
    WHERE num_nonnulls(enrolment, lowest_grade, highest_grade, share_disadvantaged) > 0 ORDER BY school, year, row
) AS told
JOIN wanted ON wanted.kind = 'SCHOOL' AND wanted.value = told.school
LEFT JOIN organization_profiles AS held ON held.organization_id = wanted.id AND held.year = told.year
"""

WRITES: tuple[LiteralString, ...] = (
    """
    INSERT INTO organizations (id, kind, name, level, city)
    SELECT id, kind, coalesce(name, otherwise), level, city FROM wanted WHERE is_new
    """,
    """
    INSERT INTO organization_identifiers (organization_id, scheme, value)
    SELECT id, scheme, value FROM wanted WHERE is_new
    """,
    """
    UPDATE organizations AS held SET
        name = coalesce(wanted.name, held.name), city = coalesce(wanted.city, held.city),
        level = coalesce(wanted.level, held.level), version = held.version + 1
    FROM wanted WHERE held.id = wanted.id AND wanted.is_changed
    """,
    """
    UPDATE organization_parents AS held SET starts = told.starts
    FROM told_parents AS told
    WHERE told.act = 'extend' AND held.organization_id = told.organization_id AND held.starts = (
        SELECT min(starts) FROM organization_parents AS each WHERE each.organization_id = told.organization_id
    )
    """,
    """
    UPDATE organization_parents AS held SET ends = told.starts
    FROM told_parents AS told
    WHERE told.act = 'move' AND held.organization_id = told.organization_id AND held.ends IS NULL
    """,
    """
    INSERT INTO organization_parents (organization_id, parent_id, starts, ends)
    SELECT organization_id, parent_id, starts, ends FROM told_parents WHERE act IN ('add', 'move')
    """,
    """
    INSERT INTO organization_profiles
        (organization_id, year, enrolment, lowest_grade, highest_grade, share_disadvantaged)
    SELECT organization_id, year, enrolment, lowest_grade, highest_grade, share_disadvantaged
    FROM wanted_profiles WHERE is_new
    """,
    """
    UPDATE organization_profiles AS held SET
        enrolment = coalesce(told.enrolment, held.enrolment),
        lowest_grade = coalesce(told.lowest_grade, held.lowest_grade),
        highest_grade = coalesce(told.highest_grade, held.highest_grade),
        share_disadvantaged = coalesce(told.share_disadvantaged, held.share_disadvantaged)
    FROM wanted_profiles AS told
    WHERE told.is_changed AND held.organization_id = told.organization_id AND held.year = told.year
    """,
    """
    UPDATE organizations AS held SET version = held.version + 1 FROM wanted
    WHERE held.id = wanted.id AND NOT wanted.is_new AND NOT wanted.is_changed AND EXISTS (
        SELECT FROM wanted_profiles AS told
        WHERE told.organization_id = wanted.id AND (told.is_new OR told.is_changed)
    )
    """,
)

PREVIEW: LiteralString = """
SELECT wanted.row, lower(wanted.kind), coalesce(wanted.name, held.name, wanted.otherwise),
    CASE WHEN wanted.is_new THEN 'added' ELSE 'changed' END,
    coalesce(concat_ws(', ', held.name, held.city, lower(held.level)), ''),
    concat_ws(', ', coalesce(wanted.name, held.name, wanted.otherwise), coalesce(wanted.city, held.city),
        lower(coalesce(wanted.level, held.level)))
FROM wanted LEFT JOIN organizations AS held ON held.id = wanted.id
WHERE wanted.kind = %(kind)s AND (wanted.is_new OR wanted.is_changed)
ORDER BY wanted.is_new, wanted.row LIMIT %(most)s
"""


def resolve(connection: Connection[Row], profile: ImportProfile, into: UUID | None, earliest: int | None) -> None:
    """Find out who is meant.

    ``into`` is the state of all rows if the caller chose one, ``earliest`` the first year of a reading in a file with
    a column a year.
    """
    district, school = profile.district, profile.school
    connection.execute(WANTED)
    run(connection, WANTED_STATES, scheme=POSTAL, earliest=earliest)
    run(
        connection,
        WANTED_DISTRICTS,
        scheme=district.scheme,
        by_school=bool(district.shared_names),
        name_format=district.name_format,
        earliest=earliest,
    )
    run(connection, WANTED_SCHOOLS, scheme=school.scheme, name_format=school.name_format, earliest=earliest)
    connection.execute("ANALYZE wanted")
    run(connection, FIND)
    connection.execute("ANALYZE wanted")
    if into:
        run(connection, "UPDATE wanted SET id = %(into)s, is_new = false WHERE kind = 'STATE'", into=into)
    names = {**STATE_NAMES, **({profile.state.code: profile.state.name} if profile.state.code else {})}
    for (code,) in rows_of(connection, "SELECT value FROM wanted WHERE kind = 'STATE' AND is_new"):
        run(
            connection,
            "UPDATE wanted SET otherwise = %(name)s WHERE kind = 'STATE' AND value = %(code)s",
            name=names.get(code) or code,
            code=code,
        )
    unknown = [value for (value,) in rows_of(connection, "SELECT kind || value FROM wanted WHERE id IS NULL")]
    stage_ids(connection, unknown)
    run(connection, "UPDATE wanted SET id = fresh_ids.id FROM fresh_ids WHERE fresh_ids.value = kind || wanted.value")
    connection.execute("ANALYZE wanted")
    run(connection, TOLD_PARENTS)
    connection.execute("ANALYZE told_parents")
    run(connection, ACTS)
    run(connection, CHANGED)
    run(connection, PROFILES)
    connection.execute("ANALYZE wanted, told_parents, wanted_profiles")


def check(connection: Connection[Row], profile: ImportProfile, errors: RowErrors) -> None:
    """Put what contradicts itself or the record among the errors."""
    share, panel = profile.profile.share_disadvantaged, profile.kind is ProfileKind.PANEL
    columns = [
        profile.district.id,
        profile.school.name or "",
        profile.school.level.column or profile.profile.highest_grade or "",
        profile.profile.enrolment or "",
        share.column if share else "",
    ]
    errors.add(mistakes(connection, CONTRADICTORY_PLACES, columns=columns))
    errors.add(
        mistakes(connection, WRONG_KIND, columns=[profile.state.column or "", profile.district.id, profile.school.id])
    )
    # A reading stands for a day in May; a directory for the year that begins in the July before.
    month, day = (5, 15) if panel else (1, 1)
    errors.add(mistakes(connection, CLOSED, column=profile.year.column or profile.school.id, month=month, day=day))
    errors.add(mistakes(connection, MISPLACED, column=profile.district.id))


def tallies(connection: Connection[Row]) -> dict[str, Tally]:
    """Return how many states, districts, schools and yearly profiles are new, different and as they were."""
    counted = {
        f"{kind.lower()}s": Tally(added, changed, unchanged)
        for kind, added, changed, unchanged in rows_of(
            connection,
            "SELECT kind, count(*) FILTER (WHERE is_new), count(*) FILTER (WHERE is_changed), "
            "count(*) FILTER (WHERE NOT is_new AND NOT is_changed) FROM wanted GROUP BY kind",
        )
    }
    (profiles,) = rows_of(
        connection,
        "SELECT count(*) FILTER (WHERE is_new), count(*) FILTER (WHERE is_changed), "
        "count(*) FILTER (WHERE NOT is_new AND NOT is_changed) FROM wanted_profiles",
    )
    return {**counted, "profiles": Tally(*profiles)}


def write(connection: Connection[Row]) -> None:
    """Make the organizations what the file says they are."""
    for statement in WRITES:
        run(connection, statement)


def preview(connection: Connection[Row], most: int) -> list[PreviewRow]:
    """Return some of the organizations that are new or change, ``most`` of a kind."""
    return [
        PreviewRow(*row)
        for kind in ("STATE", "DISTRICT", "SCHOOL")
        for row in rows_of(connection, PREVIEW, kind=kind, most=most)
    ]
