"""AutoMod: reading rules, finding what they forbid, and acting on it (Discord docs: Resources > Auto Moderation)."""
