"""The names of all keys of sessions, and of the attempts that are counted. A session's id opens it, so no name holds one: a digest stands for it.

Whoever may list the keys of a server can therefore count sessions, and take over none.
"""

from caching import conf, keys


def digest_of(session_key: str) -> str:
    """What stands for a session in Redis, in the database, on pages and in logs; it opens nothing."""
    return keys.digest(session_key.encode(errors="surrogatepass"))


def session(digest: str) -> str:
    """`session:<digest>`: a HASH, one field a key of the session."""
    return f"{conf.key_prefix()}session:{digest}"


def sessions_of(user_id: str) -> str:
    """`session_index:<user>`: a ZSET of digests, by when they end. `user_id` as `_auth_user_id` has it."""
    return f"{conf.key_prefix()}session_index:{user_id}"


def agent_session(session_id: str) -> str:
    """`agent_session:{<id>}`: a HASH. The braces keep both keys of an agent session on one node of a cluster."""
    return f"{conf.key_prefix()}agent_session:{{{session_id}}}"


def agent_transcript(session_id: str) -> str:
    """`agent_session:{<id>}:transcript`: a STREAM."""
    return f"{agent_session(session_id)}:transcript"


def oauth(kind: str, secret: str) -> str:
    """`oauth:<kind>:<digest>`: what belongs to one sign-in at another provider, and is gone after it."""
    return f"{conf.key_prefix()}oauth:{kind}:{keys.digest(secret.encode(errors='surrogatepass'))}"


def throttle(name: str, digest: str) -> str:
    """`throttle:<name>:<digest>`: a ZSET of attempts by their time. The digest is keyed: an address could be guessed."""
    return f"{conf.key_prefix()}throttle:{name}:{digest}"
