"""Points into money: how many, where to, are you sure, prove that it is you. This is the table; see the states' modules.

Where the money goes and the member's PIN are never seen here, only tokens of them. The points are held and the payout
asked for in one effect, both or neither; what becomes of the money is news, and payout_status tells it on demand.
"""

from __future__ import annotations

from flows.effects import (
    CheckDestination,
    ForgetDestination,
    ForgetSecret,
    JoinAccount,
    PreviewTax,
    ProposePin,
    ReadRedeemTerms,
    RequestRedemption,
    Say,
    SetPin,
)
from flows.events import TaxExceedsCash, TaxPreviewed, TermsChanged
from flows.kernel import Done, Flow, node
from flows.kyc_events import KycAsked, KycGraded, SaveKyc
from flows.redeem_bank import ask_account, ask_holder, ask_ifsc
from flows.redeem_events import (
    DestinationAccepted,
    DestinationNotUsable,
    DestinationRefused,
    PinAsked,
    PinDiffers,
    PinLocked,
    PinProposed,
    PinSet,
    PinTooEasy,
    PinWrong,
    RedeemTermsRead,
    RedemptionLimited,
    RedemptionRequested,
    TooFewPoints,
)
from flows.redeem_kyc import await_kyc
from flows.redeem_pin import choose_pin, proposing_pin, prove_pin, repeat_pin, setting_pin
from flows.redeem_points import ask_points, reading_terms
from flows.redeem_states import (
    AskAccount,
    AskForget,
    AskHolder,
    AskIfsc,
    AskPoints,
    AskVpa,
    AwaitKyc,
    CheckingDestination,
    ChoosePin,
    Confirm,
    OfferSaved,
    PreviewingTax,
    ProposingPin,
    ProvePin,
    ReadingTerms,
    RepeatPin,
    Requesting,
    SettingPin,
)
from flows.redeem_sure import confirm, previewing_tax, requesting
from flows.redeem_where import ask_forget, ask_vpa, checking_destination, offer_saved

POINTS = [
    node(
        ReadingTerms,
        reading_terms,
        goes_to={AskPoints, OfferSaved, AskVpa, Done},
        may_emit={Say, ReadRedeemTerms},
        hears={RedeemTermsRead},
    ),
    node(AskPoints, ask_points, goes_to={OfferSaved, AskVpa, Done}, may_emit={Say}),
]
WHERE = [
    node(
        OfferSaved,
        offer_saved,
        goes_to={AskPoints, AskForget, AskVpa, CheckingDestination, PreviewingTax},
        may_emit={Say, CheckDestination, ForgetSecret, PreviewTax},
        asks="vpa",
    ),
    node(
        AskForget,
        ask_forget,
        goes_to={OfferSaved, ReadingTerms},
        may_emit={Say, ForgetDestination, ReadRedeemTerms},
    ),
    node(
        AskVpa,
        ask_vpa,
        goes_to={AskPoints, OfferSaved, AskAccount, CheckingDestination},
        may_emit={Say, CheckDestination, ForgetSecret},
        asks="vpa",
    ),
    node(
        AskAccount,
        ask_account,
        goes_to={AskVpa, AskIfsc, CheckingDestination},
        may_emit={Say, CheckDestination, ForgetSecret},
        asks="bank",
    ),
    node(AskIfsc, ask_ifsc, goes_to={AskAccount, AskHolder}, may_emit={Say, ForgetSecret}),
    node(AskHolder, ask_holder, goes_to={AskIfsc, CheckingDestination}, may_emit={Say, JoinAccount}),
    node(
        CheckingDestination,
        checking_destination,
        goes_to={AskVpa, AskAccount, OfferSaved, PreviewingTax},
        may_emit={Say, ForgetSecret, PreviewTax},
        hears={DestinationAccepted, DestinationRefused},
    ),
]
SURE = [
    node(
        PreviewingTax,
        previewing_tax,
        goes_to={AskPoints, OfferSaved, AskVpa, AwaitKyc, Confirm},
        may_emit={Say, PreviewTax, SaveKyc},
        hears={TaxPreviewed, TaxExceedsCash, KycAsked},
    ),
    node(
        AwaitKyc,
        await_kyc,
        goes_to={OfferSaved, AskVpa, PreviewingTax, Done},
        may_emit={Say, PreviewTax},
        hears={KycGraded},
    ),
    node(
        Confirm,
        confirm,
        goes_to={OfferSaved, CheckingDestination, PreviewingTax, Requesting, Done},
        may_emit={Say, CheckDestination, ForgetSecret, PreviewTax, RequestRedemption},
        asks="vpa?",
    ),
    node(
        Requesting,
        requesting,
        goes_to={ReadingTerms, AskPoints, AwaitKyc, Confirm, ProvePin, ChoosePin, Done},
        may_emit={Say, ReadRedeemTerms, SaveKyc},
        hears={
            RedemptionRequested,
            PinAsked,
            PinWrong,
            PinLocked,
            TooFewPoints,
            RedemptionLimited,
            DestinationNotUsable,
            TermsChanged,
            TaxExceedsCash,
            KycAsked,
        },
    ),
]
PIN = [
    node(ProvePin, prove_pin, goes_to={Confirm, Requesting}, may_emit={Say, ForgetSecret, RequestRedemption}, asks="pin"),
    node(ChoosePin, choose_pin, goes_to={Confirm, ProposingPin}, may_emit={Say, ForgetSecret, ProposePin}, asks="pin"),
    node(
        ProposingPin,
        proposing_pin,
        goes_to={ChoosePin, RepeatPin},
        may_emit={Say},
        hears={PinProposed, PinTooEasy},
    ),
    node(RepeatPin, repeat_pin, goes_to={ChoosePin, SettingPin}, may_emit={Say, ForgetSecret, SetPin}, asks="pin"),
    node(
        SettingPin,
        setting_pin,
        goes_to={ChoosePin, Requesting},
        may_emit={Say, ForgetSecret, RequestRedemption},
        hears={PinSet, PinDiffers},
    ),
]

REDEEM = Flow("redeem", version=2, nodes=dict([*POINTS, *WHERE, *SURE, *PIN]))
