from django.urls import path

from platform_app.accounts import api, device_api, device_pages, pages, provider_pages

app_name = "accounts"

urlpatterns = [
    path("account/", pages.account, name="account"),
    path("account/sign-up/", pages.sign_up, name="sign_up"),
    path("account/sign-in/", pages.sign_in, name="sign_in"),
    path("account/sign-out/", pages.sign_out, name="sign_out"),
    path("account/devices/", device_pages.show, name="devices"),
    path("account/devices/end/", device_pages.end_one, name="end_device"),
    path("account/devices/end-others/", device_pages.end_others, name="end_other_devices"),
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
    path("auth/sessions/", device_api.Sessions.as_view(), name="sessions"),
    path("auth/sessions/<str:digest>/", device_api.SessionDetail.as_view(), name="session"),
    path("me/", api.Me.as_view(), name="me"),
]
