from django.urls import path

from platform_app.simulations import api, pages

app_name = "simulations"

urlpatterns = [
    path("scenarios/<int:pk>/play/", pages.start, name="start"),
    path("simulations/<int:pk>/", pages.play, name="play"),
    path("simulations/<int:pk>/say/", pages.say, name="say"),
    path("simulations/<int:pk>/submit/", pages.submit, name="submit"),
]

api_urlpatterns = [
    path("scenarios/<int:pk>/simulations/", api.StartSimulation.as_view(), name="start"),
    path("simulations/<int:pk>/", api.SimulationDetail.as_view(), name="simulation"),
    path("simulations/<int:pk>/messages/", api.Messages.as_view(), name="messages"),
    path("simulations/<int:pk>/events/", api.Events.as_view(), name="events"),
    path("simulations/<int:pk>/submit/", api.Submit.as_view(), name="submit"),
]
