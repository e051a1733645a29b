"""Results to look at: the static report, the service with review to gold, and forms that other tools exchange."""
