"""What is done for each kind of job; `MODULES` is all of it."""

from workers.jobs import channels, guilds, members, messages, templates

MODULES = (channels, guilds, members, messages, templates)
