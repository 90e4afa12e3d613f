"""Why a network reads what it reads."""
