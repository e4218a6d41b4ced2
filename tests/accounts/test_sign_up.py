import pytest
from django.test import Client

from platform_app.models import Role, User

FORM = {
    "name": "Nils Newcomer",
    "email": "Nils@Example.org",
    "password": "correct horse battery",
    "role": "student",
}


def sign_up(visitor: Client, **changes: str):
    return visitor.post("/account/sign-up/", FORM | changes)


def test_a_newcomer_is_signed_in_and_lands_on_the_start_page(visitor: Client):
    response = sign_up(visitor)
    assert response.headers["Location"] == "/"
    assert visitor.session["_auth_user_id"] == str(User.objects.get().pk)


def test_a_newcomer_with_a_destination_lands_there(visitor: Client):
    assert sign_up(visitor, next="/scenarios/").headers["Location"] == "/scenarios/"


@pytest.mark.parametrize("role", ["student", "professor"])
def test_people_choose_to_be_student_or_professor(visitor: Client, role: str):
    sign_up(visitor, role=role)
    user = User.objects.get()
    assert (user.role, user.is_staff, user.is_superuser) == (role, False, False)


@pytest.mark.parametrize("role", ["admin", "teacher", "", "STUDENT"])
def test_no_other_role_can_be_chosen(visitor: Client, role: str):
    assert sign_up(visitor, role=role).status_code == 400
    assert not User.objects.exists()


def test_a_forged_form_gives_no_rights(visitor: Client):
    visitor.post(
        "/account/sign-up/", FORM | {"is_staff": "on", "is_superuser": "on", "is_active": "", "id": "1"}
    )
    user = User.objects.get()
    assert (user.role, user.is_staff, user.is_superuser, user.is_active) == (Role.STUDENT, False, False, True)


def test_the_address_is_kept_in_lower_case(visitor: Client):
    sign_up(visitor)
    assert User.objects.get().email == "nils@example.org"


@pytest.mark.parametrize("email", ["nils@example.org", "NILS@EXAMPLE.ORG", " nils@example.org "])
def test_an_address_has_one_account_however_it_is_typed(visitor: Client, email: str):
    User.objects.create_user("nils@example.org", "anything at all", name="First")
    response = sign_up(visitor, email=email)
    assert response.status_code == 400
    assert "has an account already" in response.text
    assert User.objects.get().name == "First"


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("email", ""),
        ("email", "nils"),
        ("email", "nils@example.org\x00"),
        ("email", "nılſ@example.org"),
        ("name", ""),
        ("name", "N" * 121),
        ("name", "   "),
        ("password", ""),
        ("password", "short"),
        ("password", "1234567890123"),
        ("password", "password1234"),
        ("password", "nils@example.org"),
        ("password", "nils newcomer"),
        ("password", "x" * 201),
    ],
)
def test_bad_input_is_refused_with_a_reason_at_the_field(visitor: Client, field: str, value: str):
    response = sign_up(visitor, **{field: value})
    assert response.status_code == 400
    assert f'id="id_{field}_error"' in response.text
    assert not User.objects.exists()


def test_a_refused_form_does_not_send_the_password_back(visitor: Client):
    assert "correct horse battery" not in sign_up(visitor, email="").text


def test_a_name_is_shown_as_text(visitor: Client):
    sign_up(visitor, name="<script>alert(1)</script>")
    page = visitor.get("/account/").text
    assert "<script>alert(1)" not in page
    assert "&lt;script&gt;alert(1)" in page


def test_too_many_sign_ups_from_one_address(visitor: Client, stopped_clock):
    for number in range(60):
        visitor.post("/account/sign-up/", FORM | {"email": f"{number}@example.org"})
        visitor.logout()
    response = sign_up(visitor)
    assert response.status_code == 429
    assert response.headers["Retry-After"] == "60"
    assert "Please wait 60 seconds" in response.text
    assert FORM["email"] in response.text
    assert User.objects.count() == 60
