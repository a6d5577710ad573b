"""What a chat used and how it ended: read from its answer, counted, recorded once."""
