"""Signing in with an OpenID provider. What a sign-in needs meanwhile lies in Redis under `oauth:`, for ten minutes at most.

records     JSON values with an expiry, taken out once          fetching   what a provider may send us, and how long
browser     the cookie that ties a sign-in to one browser       published  what a provider says about itself, kept in Redis
strategy    social-core's "session": records of one browser     backends   OpenID Connect with the checks that it lacks
storage     social-core's "tables": users and halted pipelines  views      begin and complete
"""
