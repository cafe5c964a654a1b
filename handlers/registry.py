"""Every effect and the function that does it. A test holds this table against flows.effects."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from flows import effects as do
from flows import kyc_events as kyc
from flows import my_data_events as data
from flows.kernel import Effect, Event
from handlers.balance import read_balance
from handlers.destinations import check_destination, forget_destination, join_account
from handlers.invoice import answer_claim, decide_claims, read_claims
from handlers.kyc import read_kyc, read_kyc_card, save_kyc, send_kyc_photo, take_kyc_pan
from handlers.my_data import make_data_file, read_erasable, read_my_data, schedule_erasure, stop_erasure
from handlers.payout_status import read_payouts
from handlers.people import enrol, record_consent, save_mobile, save_shop, set_language
from handlers.redeem import read_redeem_terms, request_redemption
from handlers.redeem_pin import propose_pin, set_pin
from handlers.registry_accounts import HELPERS_AND_SHOPS
from handlers.say import drop_delay_news, say
from handlers.scan import claim_codes, draw_photo, read_photos
from handlers.secrets import forget_secret
from handlers.tax import preview_tax, read_tax, save_pan
from handlers.turn import Turn

Handler = Callable[[Turn, Any, str], Event | None]

HANDLERS: Mapping[type[Effect], Handler] = {
    do.Say: say,
    do.SetLanguage: set_language,
    do.RecordConsent: record_consent,
    do.Enrol: enrol,
    do.SaveShop: save_shop,
    do.SaveMobile: save_mobile,
    do.ReadPhotos: read_photos,
    do.ClaimCodes: claim_codes,
    do.DrawPhoto: draw_photo,
    do.DecideClaims: decide_claims,
    do.AnswerClaim: answer_claim,
    do.ReadClaims: read_claims,
    do.ReadBalance: read_balance,
    do.ReadRedeemTerms: read_redeem_terms,
    do.CheckDestination: check_destination,
    do.JoinAccount: join_account,
    do.ForgetDestination: forget_destination,
    do.ProposePin: propose_pin,
    do.SetPin: set_pin,
    do.ReadPayouts: read_payouts,
    do.PreviewTax: preview_tax,
    do.ReadTax: read_tax,
    do.SavePan: save_pan,
    do.RequestRedemption: request_redemption,
    kyc.ReadKyc: read_kyc,
    kyc.ReadKycCard: read_kyc_card,
    kyc.SaveKyc: save_kyc,
    kyc.TakeKycPan: take_kyc_pan,
    kyc.SendKycPhoto: send_kyc_photo,
    do.DropDelayNews: drop_delay_news,
    do.ForgetSecret: forget_secret,
    data.ReadMyData: read_my_data,
    data.MakeDataFile: make_data_file,
    data.ReadErasable: read_erasable,
    data.ScheduleErasure: schedule_erasure,
    data.StopErasure: stop_erasure,
    **HELPERS_AND_SHOPS,
}
