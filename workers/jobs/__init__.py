"""What is done for each kind of job; `MODULES` is all of it."""

from workers.jobs import channels, drift, guilds, members, messages, restores, templates

MODULES = (channels, drift, guilds, members, messages, restores, templates)
