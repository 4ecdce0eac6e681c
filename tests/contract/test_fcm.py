"""FCM: requests against the discovery document of the FCM API, and the request for an access token (RFC 7523)."""

import copy
from typing import Any

import jwt
import pytest
from conftest import HERE, SPECS, load_requests
from cryptography.hazmat.primitives.serialization import load_pem_private_key
from fcm_spec import Fcm

PROVIDER = "fcm"
API = Fcm(SPECS / "google" / "fcm.v1.json")
PEM = HERE.parents[1] / "shared" / "channels" / "tests" / "support" / "test-only.pem"


def test_every_body_is_one_of_the_specification(requests: dict[str, dict[str, Any]]) -> None:
    """Every body has known fields alone, each of its type and format."""
    for case, request in requests.items():
        assert API.problems(request["body"]) == [], case


def test_every_call_is_addressed_and_authorised(requests: dict[str, dict[str, Any]]) -> None:
    """Path, method, media type and scheme of authorisation are those of the method."""
    for case, request in requests.items():
        assert (request["method"], request["path"]) == ("POST", "/v1/projects/shop-1/messages:send"), case
        assert request["query"] == {}, case
        assert request["headers"]["content-type"] == "application/json", case
        assert request["headers"]["authorization"] == "Bearer ya29.first", case


def test_the_optional_fields_are_covered(requests: dict[str, dict[str, Any]]) -> None:
    """The cases cover every field that the adapter can send."""

    def names(value: dict[str, Any], path: str = "") -> set[str]:
        inner = [
            names(item, f"{path}{name}.") if isinstance(item, dict) else {path + name} for name, item in value.items()
        ]
        return set().union(*inner)

    covered = set().union(*(names(request["body"]["message"]) for request in requests.values()))
    assert covered == {
        "token",
        "fid",
        "notification.title",
        "notification.body",
        "notification.image",
        "data.msg",
        "data.url",
        "data.button",
        "android.ttl",
        "android.notification.tag",
        "apns.headers.apns-expiration",
        "webpush.headers.TTL",
        "webpush.fcmOptions.link",
    }


def test_a_token_is_asked_for_as_google_documents_it() -> None:
    """The assertion is signed with the service account's key, for messaging alone and for one hour."""
    request = load_requests("fcm-token")["text"]
    assert (request["method"], request["headers"]["content-type"]) == ("POST", "application/x-www-form-urlencoded")
    form = request["form"]
    assert form.keys() == {"grant_type", "assertion"}
    assert form["grant_type"] == "urn:ietf:params:oauth:grant-type:jwt-bearer"
    assert jwt.get_unverified_header(form["assertion"]) == {
        "typ": "JWT",
        "alg": "RS256",
        "kid": "0123456789abcdef",
    }
    key = load_pem_private_key(PEM.read_bytes(), password=None).public_key()
    audience = "https://oauth2.googleapis.com/token"
    # The time of the run is long past when the file is checked.
    claims = jwt.decode(form["assertion"], key, algorithms=["RS256"], audience=audience, options={"verify_exp": False})
    assert claims["exp"] - claims["iat"] == 3600
    assert claims["iss"] == "baton@shop-1.iam.gserviceaccount.com"
    assert claims["scope"] == "https://www.googleapis.com/auth/firebase.messaging"


@pytest.mark.parametrize(
    "change",
    [
        {"token": 5},
        {"topic": "news"},
        {"notification": {"body": "x", "text": "y"}},
        {"data": {"count": 1}},
        {"data": {"google.x": "1"}},
        {"data": {"long": "я" * 2048}},
        {"android": {"ttl": "60"}},
        {"android": {"priority": "urgent"}},
        {"android": {"notification": {"notificationCount": True}}},
        {"webpush": {"fcmOptions": {"link": "http://example.org"}}},
        {"recipient": "x"},
    ],
)
def test_the_check_finds_faults(change: dict[str, Any], requests: dict[str, dict[str, Any]]) -> None:
    """The check itself refuses what the specification does not allow."""
    body = copy.deepcopy(requests["text"]["body"])
    body["message"] |= change
    assert API.problems(body)
