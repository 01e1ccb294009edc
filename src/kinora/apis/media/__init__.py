"""Where finished media is fetched, without credentials, on links that the other doors gave."""
