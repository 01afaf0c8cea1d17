"""What might happen: the model of schools and scarce supports, its engine, and what is concluded from its runs."""
