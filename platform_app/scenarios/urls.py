from django.urls import path

from platform_app.scenarios import api, pages
from platform_app.scenarios.editor import personas, pictures, scenes, sections

app_name = "scenarios"

urlpatterns = [
    path("scenarios/", pages.library, name="library"),
    path("scenarios/new/", pages.create, name="create"),
    path("scenarios/<int:pk>/", pages.detail, name="detail"),
    path("scenarios/<int:pk>/publish/", sections.publish, name="publish"),
    path("scenarios/<int:pk>/unpublish/", pages.unpublish, name="unpublish"),
    path("scenarios/<int:pk>/archive/", pages.archive, name="archive"),
    path("scenarios/<int:pk>/duplicate/", pages.duplicate, name="duplicate"),
    path("scenarios/<int:pk>/delete/", pages.delete, name="delete"),
    path("scenarios/<int:pk>/edit/", sections.overview, name="edit"),
    path("scenarios/<int:pk>/edit/personas/", personas.listing, name="edit_personas"),
    path("scenarios/<int:pk>/edit/scenes/", scenes.listing, name="edit_scenes"),
    path("scenarios/<int:pk>/edit/outcomes/", sections.outcomes, name="edit_outcomes"),
    path("scenarios/<int:pk>/edit/rubric/", sections.rubric, name="edit_rubric"),
    path("scenarios/<int:pk>/edit/publish/", sections.publishing, name="edit_publish"),
    path("scenarios/personas/<int:pk>/", personas.save, name="save_persona"),
    path("scenarios/personas/<int:pk>/move/", personas.move, name="move_persona"),
    path("scenarios/personas/<int:pk>/delete/", personas.delete, name="delete_persona"),
    path("scenarios/scenes/<int:pk>/", scenes.save, name="save_scene"),
    path("scenarios/scenes/<int:pk>/move/", scenes.move, name="move_scene"),
    path("scenarios/scenes/<int:pk>/delete/", scenes.delete, name="delete_scene"),
    path("scenarios/scenes/<int:pk>/image/", pages.scene_image, name="scene_image"),
    path("scenarios/scenes/<int:pk>/picture/", pictures.upload, name="upload_picture"),
    path("scenarios/scenes/<int:pk>/picture/draw/", pictures.draw, name="draw_picture"),
    path("scenarios/scenes/<int:pk>/picture/remove/", pictures.remove, name="remove_picture"),
]

api_urlpatterns = [
    path("scenarios/", api.ScenarioList.as_view(), name="list"),
    path("scenarios/<int:pk>/", api.ScenarioDetail.as_view(), name="detail"),
    path("scenarios/<int:pk>/publish/", api.ScenarioPublish.as_view(), name="publish"),
    path("scenarios/<int:pk>/personas/<int:part>/", api.PersonaDetail.as_view(), name="persona"),
    path("scenarios/<int:pk>/scenes/<int:part>/", api.SceneDetail.as_view(), name="scene"),
]
