"""The rosters' side of a run: what agents needs from the stack, and what the run needs from agents."""
