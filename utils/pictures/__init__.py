"""Pictures for people: charts, contact sheets, sketches, and photographs with what was read drawn on them."""
