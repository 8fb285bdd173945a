"""OAuth2 as Discord's (docs: Topics > OAuth2; RFC 6749 the framework, RFC 7636 PKCE, RFC 7009 revocation).

Left out because nothing stands behind them here: the scopes ``openid`` and ``webhook.incoming`` and the device grant.
"""
