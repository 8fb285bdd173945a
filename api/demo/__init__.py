"""The main job of the product, shown on a machine with nothing but Python: `python -m api.demo [FILE] [--exit]`.

It starts everything itself (PostgreSQL, Redis, a simulated Discord, the API, the bot) and then is an ordinary client of
the HTTP API. What it says to be true it has looked up: in the API's answers, and in what the simulated Discord holds.
"""
