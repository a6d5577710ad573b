"""What happened to an agent and to what runs for it, behind one small Protocol."""
