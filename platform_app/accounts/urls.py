from django.urls import path

from platform_app.accounts import api, pages, provider_pages

app_name = "accounts"

urlpatterns = [
    path("account/", pages.account, name="account"),
    path("account/sign-up/", pages.sign_up, name="sign_up"),
    path("account/sign-in/", pages.sign_in, name="sign_in"),
    path("account/sign-out/", pages.sign_out, name="sign_out"),
    path("account/finish/", provider_pages.finish_sign_up, name="finish_sign_up"),
    path("account/link/", provider_pages.link, name="link"),
    path("account/link/mail/", provider_pages.link_by_mail, name="link_by_mail"),
    path("account/link/confirm/<link>/", provider_pages.link_confirm, name="link_confirm"),
    path("account/tokens/", pages.make_token, name="make_token"),
    path("account/tokens/revoke/", pages.revoke_token, name="revoke_token"),
    path("account/password/", pages.password_change, name="password_change"),
    path("account/password/reset/", pages.password_reset, name="password_reset"),
    path("account/password/reset/sent/", pages.password_reset_sent, name="password_reset_sent"),
    path(
        "account/password/reset/<uidb64>/<token>/",
        pages.PasswordResetConfirm.as_view(),
        name="password_reset_confirm",
    ),
]

api_urlpatterns = [
    path("auth/token/", api.Token.as_view(), name="token"),
    path("me/", api.Me.as_view(), name="me"),
]
