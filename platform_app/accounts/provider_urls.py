"""The addresses of a sign-in with a provider, by the names that social-auth knows."""

from django.urls import path
from social_django.views import disconnect

from platform_app.accounts import provider_pages
from sessions_ext.oauth import views

app_name = "social"

urlpatterns = [
    path("<slug:backend>/", provider_pages.begin, name="begin"),
    path("<slug:backend>/done/", views.complete, name="complete"),
    path("<slug:backend>/disconnect/<int:association_id>/", disconnect, name="disconnect_individual"),
]
