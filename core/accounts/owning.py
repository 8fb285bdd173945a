"""Who owns the installation: the one place that says so.

An account is an owner's if it was made at the first start, if a setting names its Discord user, or if that user owns
the bot's application at Discord. Nobody is for what they are in a guild.
"""

from collections.abc import Collection

from core.accounts.models import AccountModel


def owns(account: AccountModel, named: Collection[str]) -> bool:
    """`named` are the Discord users of the setting."""
    return account.is_owner or account.owns_application or account.discord_user_id in named
