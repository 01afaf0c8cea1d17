"""The readings and goals an import brings: checked against each other and the record, then kept as revisions.

A reading that is there already with the same state and value stays untouched; another one makes the next revision, and
the table ``observation_revisions`` keeps what it said before.
"""

from datetime import datetime
from typing import LiteralString

from psycopg import Connection

from domain.errors import ImportRefused
from domain.goals import GoalTerm, MilestoneKind
from domain.indicators import Occasion
from storage.imports.profiles import ImportProfile
from storage.imports.report import PreviewRow, RowErrors, Tally, contradiction
from storage.imports.staging import Row, fresh, mistakes, rows_of, run, stage_ids

CONTRADICTORY: LiteralString = """
SELECT row, indicator, earlier, first, value FROM (
    SELECT
        row, indicator, value, state, first_value(row) OVER same AS earlier, first_value(value) OVER same AS first,
        first_value(state) OVER same AS first_state
    FROM told_readings WINDOW same AS (PARTITION BY school, indicator, student_group, year ORDER BY row)
) AS each
WHERE row <> earlier AND (value, state) IS DISTINCT FROM (first, first_state)
"""

REPEATED: LiteralString = """
DELETE FROM told_readings AS told USING (
    SELECT id, row_number() OVER (PARTITION BY school, indicator, student_group, year ORDER BY row, id) AS place
    FROM told_readings
) AS each
WHERE each.id = told.id AND each.place > 1
"""

TOLD_INDICATORS: LiteralString = """
CREATE TEMP TABLE told_indicators (key text, id uuid, is_new boolean, has_tested boolean) ON COMMIT DROP
"""

WANTED_READINGS: LiteralString = """
CREATE TEMP TABLE wanted_readings ON COMMIT DROP AS
SELECT
    told.id, told.row, told.school, school.id AS organization_id, indicator.id AS indicator_id, indicator.key,
    told.student_group, told.year, make_date(told.year, 5, 15) AS observed_on, told.state, told.value, told.tested,
    told.source, indicator.has_tested, held.id AS held_id,
    held.id IS NOT NULL AND (
        (held.state, held.value) IS DISTINCT FROM (told.state, told.value)
        OR indicator.has_tested AND held.tested IS DISTINCT FROM told.tested
    ) AS is_changed
FROM told_readings AS told
JOIN wanted AS school ON school.kind = 'SCHOOL' AND school.value = told.school
JOIN told_indicators AS indicator ON indicator.key = told.indicator
LEFT JOIN observations AS held
    ON held.organization_id = school.id AND held.indicator_id = indicator.id
    AND held.student_group = told.student_group AND held.observed_on = make_date(told.year, 5, 15)
    AND held.occasion = %(occasion)s
"""

# A gain moves the reading of the baseline year; without one, whoever stands at the other aim has to stay there.
WANTED_GOALS: LiteralString = """
CREATE TEMP TABLE wanted_goals ON COMMIT DROP AS
SELECT
    told.row, baseline.organization_id, baseline.indicator_id, baseline.student_group, baseline.value AS baseline,
    baseline.observed_on AS baseline_on, make_date(%(due_year)s, 5, 15) AS due, aim.value AS aim,
    CASE WHEN told.gain IS NULL THEN %(other_direction)s ELSE %(direction)s END AS direction,
    replace(CASE WHEN told.gain IS NULL THEN %(other_title)s ELSE %(title)s END, '{aim}', aim.value::text) AS title,
    told.gain, row_number() OVER (ORDER BY told.row)::text AS number,
    EXISTS (
        SELECT FROM goals AS held
        WHERE held.organization_id = baseline.organization_id AND held.indicator_id = baseline.indicator_id
        AND held.student_group = baseline.student_group AND held.baseline_on = baseline.observed_on
        AND held.due = make_date(%(due_year)s, 5, 15)
    ) AS is_known
FROM told_gains AS told
JOIN wanted_readings AS baseline
    ON baseline.school = told.school AND baseline.key = %(indicator)s AND baseline.year = %(baseline_year)s
CROSS JOIN LATERAL (SELECT coalesce(baseline.value + told.gain, %(other_aim)s::double precision) AS value) AS aim
WHERE baseline.value IS NOT NULL AND (
    told.gain IS NOT NULL
    OR CASE WHEN %(other_direction)s IN ('RAISE', 'STAY_ABOVE') THEN baseline.value >= %(other_aim)s
       ELSE baseline.value <= %(other_aim)s END
)
"""

BASELESS_GOALS: LiteralString = """
SELECT told.row, %(column)s, told.gain::text,
    format('A gain of %%s has no reading of %%s to start from.', told.gain, %(baseline_year)s)
FROM told_gains AS told
WHERE told.gain IS NOT NULL AND NOT EXISTS (
    SELECT FROM wanted_readings AS baseline
    WHERE baseline.school = told.school AND baseline.key = %(indicator)s AND baseline.year = %(baseline_year)s
    AND baseline.value IS NOT NULL
)
"""

IMPOSSIBLE_GOALS: LiteralString = """
SELECT row, %(column)s, coalesce(gain, aim)::text,
    CASE WHEN aim NOT BETWEEN %(lowest)s AND %(highest)s
        THEN format('The aim would be %%s, and the indicator lies between %%s and %%s.', aim,
            %(lowest)s::double precision, %(highest)s::double precision)
    ELSE format('To %%s from %%s to %%s is the wrong way.', replace(lower(direction), '_', ' '), baseline, aim) END
FROM wanted_goals
WHERE aim NOT BETWEEN %(lowest)s AND %(highest)s OR CASE direction
    WHEN 'RAISE' THEN aim <= baseline WHEN 'LOWER' THEN aim >= baseline
    WHEN 'STAY_ABOVE' THEN aim > baseline ELSE aim < baseline END
"""

WRITE_GOALS: tuple[LiteralString, ...] = (
    """
    INSERT INTO goals (
        id, organization_id, indicator_id, title, direction, baseline, baseline_on, aim, due, student_group, term,
        definition_of_success
    )
    SELECT
        fresh_ids.id, organization_id, indicator_id, title, direction, baseline, baseline_on, aim, due, student_group,
        %(term)s, %(definition)s
    FROM wanted_goals JOIN fresh_ids ON fresh_ids.value = 'goal' || number WHERE NOT is_known
    """,
    """
    INSERT INTO milestones (id, goal_id, kind, title, due, threshold)
    SELECT milestone.id, goal.id, %(kind)s, title, due, aim
    FROM wanted_goals
    JOIN fresh_ids AS goal ON goal.value = 'goal' || number
    JOIN fresh_ids AS milestone ON milestone.value = 'milestone' || number
    WHERE NOT is_known
    """,
)

WRITES: tuple[LiteralString, ...] = (
    """
    INSERT INTO observations (
        id, organization_id, indicator_id, student_group, occasion, observed_on, state, value, tested, source,
        recorded_at
    )
    SELECT
        id, organization_id, indicator_id, student_group, %(occasion)s, observed_on, state, value, tested, source,
        %(now)s
    FROM wanted_readings WHERE held_id IS NULL
    """,
    """
    UPDATE observations AS held SET
        state = told.state, value = told.value, source = told.source, standard_error = NULL, recorded_at = %(now)s,
        tested = CASE WHEN told.has_tested OR told.value IS NULL THEN told.tested ELSE held.tested END,
        revision = held.revision + 1
    FROM wanted_readings AS told WHERE told.is_changed AND held.id = told.held_id
    """,
)

PREVIEW: LiteralString = """
SELECT told.row, 'reading', format('%%s, %%s %%s', coalesce(school.name, school.otherwise, told.school), told.key,
        told.year),
    CASE WHEN told.is_changed THEN 'changed' ELSE 'added' END,
    coalesce(held.value::text, replace(lower(held.state), '_', ' '), ''),
    coalesce(told.value::text, replace(lower(told.state), '_', ' '))
FROM wanted_readings AS told
JOIN wanted AS school ON school.id = told.organization_id
LEFT JOIN observations AS held ON held.id = told.held_id
WHERE told.is_changed OR told.held_id IS NULL
ORDER BY told.is_changed DESC, told.row, told.key, told.year LIMIT %(most)s
"""


def refuse_contradictions(connection: Connection[Row], errors: RowErrors) -> None:
    """Put rows that give another value for the same reading among the errors, and drop mere repetitions."""
    errors.add(
        contradiction(row, indicator, earlier, first, value)
        for row, indicator, earlier, first, value in rows_of(connection, CONTRADICTORY)
    )
    run(connection, REPEATED)


def resolve(connection: Connection[Row], profile: ImportProfile) -> None:
    """Find the indicators and readings that are meant. Raises ``ImportRefused`` if an indicator is another one."""
    connection.execute(TOLD_INDICATORS)
    for told in profile.indicators:
        held = connection.execute(
            "SELECT id, unit, lowest, highest, higher_is_better FROM indicators WHERE key = %s "
            "AND owner_id = (SELECT id FROM wanted WHERE kind = 'STATE')",
            [told.key],
        ).fetchone()
        if held and held[1:] != (told.unit, told.lowest, told.highest, told.higher_is_better):
            raise ImportRefused(
                f"The state already has an indicator “{told.key}”, in {held[1]} between {held[2]:g} and {held[3]:g}; "
                f"the profile says {told.unit} between {told.lowest:g} and {told.highest:g}. Give the one in the "
                "profile another key.",
                field=("profile", "indicators", told.key),
            )
        connection.execute(
            "INSERT INTO told_indicators VALUES (%s, %s, %s, %s)",
            [told.key, held[0] if held else fresh(1)[0], held is None, bool(told.tested.names())],
        )
    connection.execute("ANALYZE told_indicators")
    run(connection, WANTED_READINGS, occasion=Occasion.ANNUAL)
    connection.execute("ANALYZE wanted_readings")


def resolve_goals(connection: Connection[Row], profile: ImportProfile, errors: RowErrors) -> None:
    """Find the goals that are meant, and put those that could not be set among the errors."""
    goals = profile.goals
    if goals is None:
        return
    other, indicator = goals.without_gain, profile.indicator(goals.indicator)
    run(
        connection,
        WANTED_GOALS,
        indicator=goals.indicator,
        baseline_year=goals.baseline_year,
        due_year=goals.due_year,
        direction=goals.direction.value,
        title=goals.title,
        other_direction=other.direction.value if other else None,
        other_aim=other.aim if other else None,
        other_title=other.title if other else None,
    )
    errors.add(
        mistakes(
            connection,
            BASELESS_GOALS,
            column=goals.gain,
            indicator=goals.indicator,
            baseline_year=goals.baseline_year,
        )
    )
    errors.add(
        mistakes(connection, IMPOSSIBLE_GOALS, column=goals.gain, lowest=indicator.lowest, highest=indicator.highest)
    )


def tallies(connection: Connection[Row], profile: ImportProfile) -> dict[str, Tally]:
    """Return how many indicators, readings and goals are new, different and as they were."""
    (indicators,) = rows_of(
        connection, "SELECT count(*) FILTER (WHERE is_new), count(*) FILTER (WHERE NOT is_new) FROM told_indicators"
    )
    (readings,) = rows_of(
        connection,
        "SELECT count(*) FILTER (WHERE held_id IS NULL), count(*) FILTER (WHERE is_changed), "
        "count(*) FILTER (WHERE held_id IS NOT NULL AND NOT is_changed) FROM wanted_readings",
    )
    found = {"indicators": Tally(indicators[0], 0, indicators[1]), "observations": Tally(*readings)}
    if profile.goals:
        (goals,) = rows_of(
            connection,
            "SELECT count(*) FILTER (WHERE NOT is_known), count(*) FILTER (WHERE is_known) FROM wanted_goals",
        )
        found["goals"] = Tally(goals[0], 0, goals[1])
    return found


def states(connection: Connection[Row]) -> dict[str, int]:
    """Return how many of the file's readings are in which state."""
    return dict(rows_of(connection, "SELECT state, count(*) FROM wanted_readings GROUP BY state"))


def write(connection: Connection[Row], profile: ImportProfile, now: datetime) -> None:
    """Put indicators, readings and goals on the record."""
    for told in profile.indicators:
        connection.execute(
            "INSERT INTO indicators (id, owner_id, key, name, unit, lowest, highest, higher_is_better, decimals, "
            "student_sd, description) "
            "SELECT told.id, wanted.id, told.key, %s, %s, %s, %s, %s, %s, %s, %s "
            "FROM told_indicators AS told JOIN wanted ON wanted.kind = 'STATE' WHERE told.is_new AND told.key = %s",
            [
                told.name,
                told.unit,
                told.lowest,
                told.highest,
                told.higher_is_better,
                told.decimals,
                told.student_sd,
                told.description,
                told.key,
            ],
        )
    for statement in WRITES:
        run(connection, statement, occasion=Occasion.ANNUAL, now=now)
    if profile.goals:
        numbers = [number for (number,) in rows_of(connection, "SELECT number FROM wanted_goals WHERE NOT is_known")]
        connection.execute("ANALYZE wanted_goals")
        stage_ids(connection, [f"{what}{number}" for number in numbers for what in ("goal", "milestone")])
        for statement in WRITE_GOALS:
            run(
                connection,
                statement,
                term=GoalTerm.SHORT,
                definition=profile.goals.definition_of_success,
                kind=MilestoneKind.ANNUAL_ASSESSMENT,
            )


def preview(connection: Connection[Row], most: int) -> list[PreviewRow]:
    """Return some of the readings that are new or change, those that change first."""
    return [PreviewRow(*row) for row in rows_of(connection, PREVIEW, most=most)]
