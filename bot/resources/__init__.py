"""Emojis, stickers, webhooks, AutoMod, onboarding, the welcome screen and scheduled events: between Discord's words and
ours."""
