"""Random guilds on a simulated Discord, driven by the bot's own gateway over sockets: what plans promise comes true."""
