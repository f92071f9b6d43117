"""CloudEvents 1.0: which type of event holds what."""

from collections.abc import Mapping
from typing import Annotated, Final, Literal

from msgspec import Meta, Struct

from assidu.events.types import EventType
from assidu.events.wire.data import (
    ActivityData,
    AdmissionData,
    AllottedOfferData,
    AudienceData,
    CorrectionData,
    DepartureData,
    HandOverData,
    HoldData,
    Instant,
    JoiningData,
    Key,
    LeavingData,
    MergerData,
    OfferData,
    ReleaseData,
    ReturnData,
    RewardCancellationData,
    RewardData,
    SaleCancellationData,
    SaleData,
    SaleUpdateData,
    StatusData,
    SuspensionData,
    TakeOverData,
    TermsData,
    TransferData,
)


class Envelope(Struct, frozen=True, kw_only=True, tag_field="type"):
    """CloudEvents' attributes; others (its extensions) are let through and not kept."""

    specversion: Literal["1.0"]
    id: Key
    source: Key
    time: Instant
    subject: Annotated[str, Meta(min_length=1, max_length=400)] | None = None
    datacontenttype: Literal["application/json"] = "application/json"


class _OrderCompleted(Envelope, frozen=True, kw_only=True, tag=EventType.SALE.value):
    data: SaleData


class _OrderRefunded(Envelope, frozen=True, kw_only=True, tag=EventType.RETURN.value):
    data: ReturnData


class _OrderUpdated(Envelope, frozen=True, kw_only=True, tag=EventType.SALE_UPDATE.value):
    data: SaleUpdateData


class _OrderCancelled(Envelope, frozen=True, kw_only=True, tag=EventType.SALE_CANCELLATION.value):
    data: SaleCancellationData


class _MemberJoined(Envelope, frozen=True, kw_only=True, tag=EventType.JOINING.value):
    data: JoiningData


class _MemberLeft(Envelope, frozen=True, kw_only=True, tag=EventType.LEAVING.value):
    data: LeavingData = LeavingData()


class _MemberSuspended(Envelope, frozen=True, kw_only=True, tag=EventType.SUSPENSION.value):
    data: SuspensionData = SuspensionData()


class _MemberResumed(Envelope, frozen=True, kw_only=True, tag=EventType.RESUMPTION.value):
    data: SuspensionData = SuspensionData()


class _TermsAccepted(Envelope, frozen=True, kw_only=True, tag=EventType.TERMS_ACCEPTANCE.value):
    data: TermsData


class _BalanceCorrected(Envelope, frozen=True, kw_only=True, tag=EventType.CORRECTION.value):
    data: CorrectionData


class _RewardRequested(Envelope, frozen=True, kw_only=True, tag=EventType.REWARD_REQUEST.value):
    data: RewardData


class _RewardCancelled(Envelope, frozen=True, kw_only=True, tag=EventType.REWARD_CANCELLATION.value):
    data: RewardCancellationData


class _RewardHandedOver(Envelope, frozen=True, kw_only=True, tag=EventType.HAND_OVER.value):
    data: HandOverData


class _CustomerMerged(Envelope, frozen=True, kw_only=True, tag=EventType.MERGER.value):
    data: MergerData


class _MemberTakenOver(Envelope, frozen=True, kw_only=True, tag=EventType.TAKE_OVER.value):
    data: TakeOverData


class _ActivityRecorded(Envelope, frozen=True, kw_only=True, tag=EventType.ACTIVITY.value):
    data: ActivityData


class _StatusGranted(Envelope, frozen=True, kw_only=True, tag=EventType.STATUS_GRANT.value):
    data: StatusData


class _AudienceChanged(Envelope, frozen=True, kw_only=True, tag=EventType.AUDIENCE_CHANGE.value):
    data: AudienceData


class _OfferAllotted(Envelope, frozen=True, kw_only=True, tag=EventType.OFFER_ALLOTTED.value):
    data: AllottedOfferData


class _OfferSeen(Envelope, frozen=True, kw_only=True, tag=EventType.OFFER_SEEN.value):
    data: OfferData


class _OfferActivated(Envelope, frozen=True, kw_only=True, tag=EventType.OFFER_ACTIVATED.value):
    data: OfferData


class _OfferWithdrawn(Envelope, frozen=True, kw_only=True, tag=EventType.OFFER_WITHDRAWN.value):
    data: OfferData


class _HoldPlaced(Envelope, frozen=True, kw_only=True, tag=EventType.HOLD.value):
    data: HoldData


class _HoldReleased(Envelope, frozen=True, kw_only=True, tag=EventType.RELEASE.value):
    data: ReleaseData


class _BalanceTransferred(Envelope, frozen=True, kw_only=True, tag=EventType.TRANSFER_OUT.value):
    data: TransferData


class _AccountMemberAdded(Envelope, frozen=True, kw_only=True, tag=EventType.ADMISSION.value):
    data: AdmissionData


class _AccountMemberRemoved(Envelope, frozen=True, kw_only=True, tag=EventType.DEPARTURE.value):
    data: DepartureData


AnyEnvelope = (
    _OrderCompleted
    | _OrderRefunded
    | _OrderUpdated
    | _OrderCancelled
    | _MemberJoined
    | _MemberLeft
    | _MemberSuspended
    | _MemberResumed
    | _TermsAccepted
    | _BalanceCorrected
    | _RewardRequested
    | _RewardCancelled
    | _RewardHandedOver
    | _CustomerMerged
    | _MemberTakenOver
    | _ActivityRecorded
    | _AudienceChanged
    | _StatusGranted
    | _OfferAllotted
    | _OfferSeen
    | _OfferActivated
    | _OfferWithdrawn
    | _HoldPlaced
    | _HoldReleased
    | _BalanceTransferred
    | _AccountMemberAdded
    | _AccountMemberRemoved
)
TYPES: Final[Mapping[type[Envelope], EventType]] = {
    _OrderCompleted: EventType.SALE,
    _OrderRefunded: EventType.RETURN,
    _OrderUpdated: EventType.SALE_UPDATE,
    _OrderCancelled: EventType.SALE_CANCELLATION,
    _MemberJoined: EventType.JOINING,
    _MemberLeft: EventType.LEAVING,
    _MemberSuspended: EventType.SUSPENSION,
    _MemberResumed: EventType.RESUMPTION,
    _TermsAccepted: EventType.TERMS_ACCEPTANCE,
    _BalanceCorrected: EventType.CORRECTION,
    _RewardRequested: EventType.REWARD_REQUEST,
    _RewardCancelled: EventType.REWARD_CANCELLATION,
    _RewardHandedOver: EventType.HAND_OVER,
    _CustomerMerged: EventType.MERGER,
    _MemberTakenOver: EventType.TAKE_OVER,
    _ActivityRecorded: EventType.ACTIVITY,
    _AudienceChanged: EventType.AUDIENCE_CHANGE,
    _StatusGranted: EventType.STATUS_GRANT,
    _OfferAllotted: EventType.OFFER_ALLOTTED,
    _OfferSeen: EventType.OFFER_SEEN,
    _OfferActivated: EventType.OFFER_ACTIVATED,
    _OfferWithdrawn: EventType.OFFER_WITHDRAWN,
    _HoldPlaced: EventType.HOLD,
    _HoldReleased: EventType.RELEASE,
    _BalanceTransferred: EventType.TRANSFER_OUT,
    _AccountMemberAdded: EventType.ADMISSION,
    _AccountMemberRemoved: EventType.DEPARTURE,
}
KNOWN_TYPES: Final[tuple[str, ...]] = tuple(known.value for known in TYPES.values())
NEED_SUBJECT = frozenset(TYPES.values()) - {EventType.SALE}
