"""Who keeps an activity, who answers an invitation, and who works on a task."""

from deputies.accounts.access import Permission, can
from deputies.accounts.models import DEPARTMENT_ROLES, DISTRICT_ROLES, STREET_ROLES, User
from deputies.accounts.queries import streets_of
from deputies.organisations.queries import ids_below
from supervision.programme.models import Activity, Participant, Task


def overseen_bodies(user: User) -> list[int]:
    """Ids of the bodies whose activities and plans the user reads: the street's own; a district's and all below it."""
    if user.role in DISTRICT_ROLES and user.organisation_id:
        return sorted(ids_below(user.organisation_id))
    return streets_of(user) if user.role in STREET_ROLES else []


def organises(user: User, activity: Activity) -> bool:
    """Whether the user's committee holds the activity: it invites, keeps minutes, gives tasks and accepts them."""
    return can(user, Permission.PROGRAMME_EDIT) and activity.organiser_id in streets_of(user)


def works_on(user: User, task: Task) -> bool:
    """Whether the task is that of the user's body, whether or not a matter was given to it."""
    return user.role in DEPARTMENT_ROLES and task.body_id == user.organisation_id


def answers_for(user: User, participant: Participant) -> bool:
    """Whether the user says whether this participant will come: the person, a paired helper, the people of the body."""
    if participant.deputy is not None:
        return user.pk in (participant.deputy.user_id, participant.deputy.helper_id)
    if participant.user_id is not None:
        return participant.user_id == user.pk
    if participant.body_id is None:
        return False
    return participant.body_id in (streets_of(user) if user.role in STREET_ROLES else [user.organisation_id])


def answers_appointment(user: User, activity: Activity) -> bool:
    """Whether the user's body is the one that the deputies want to see."""
    return user.role in DEPARTMENT_ROLES and activity.body_id == user.organisation_id
