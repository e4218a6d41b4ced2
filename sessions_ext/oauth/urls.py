from django.urls import path
from social_django.views import disconnect

from sessions_ext.oauth import views

app_name = "social"

urlpatterns = [
    path("<slug:backend>/", views.begin, name="begin"),
    path("<slug:backend>/done/", views.complete, name="complete"),
    path("<slug:backend>/disconnect/<int:association_id>/", disconnect, name="disconnect_individual"),
]
