"""How Indian papers word their labels, by what the label names; `;` between wordings. Read by labels.compiled.

Earlier names win where two labels are equally long. Wordings are lower case without dots: `inv no` is found as `Inv. No.:` too.
"""

from __future__ import annotations

NUMBER = {
    "other": """
        o?der no; or?er no; buyer's o?der no; disp?tch doc no; dispatch do? no; d?livery note; da?ed; dat?d; e way bill no;
        eway bill no; e way bill number; eway bill; e way bill; way bill no; eway no; ewb no; order no; order number; order
        id; po no; p o no; po number; p o number; purchase order no; buyers order no; buyer's order no; buyer order no; sales
        order no; so no; work order no; challan no; d c no; dc no; delivery challan no; delivery note; ack no; ack number;
        acknowledgement no; irn; irn no; vehicle no; vehicle number; motor vehicle no; veh no; truck no; lorry no; lr no; l r
        no; gr no; g r no; rr no; bilty no; docket no; reference no; ref no; reference no & date; supplier's ref; suppliers
        ref; other references; other reference; despatch doc no; dispatch doc no; dispatch document no; bill of lading; lading
        no; original invoice no; against invoice no; against bill no; orig inv no; ref invoice no; reference invoice no; ref
        bill no; phone no; phone; ph no; mobile no; mobile; mob no; contact no; tel no; cell no; a/c no; ac no; account no;
        bank a/c no; pan no; pan; gstin; gst no; gstin no; gstin/uin; licence no; license no; lic no; fssai no; drug lic no; d
        l no; dl no; cin; cin no; udyam no; msme no; tin no; vat no; aadhar no; state code; code; hsn; batch no; serial no; sr
        no; s no; sl no; si no; token no; table no; cheque no; chq no; utr no; ifsc; ifsc code; eta no; due date; date; dated;
        dt; dtd; time; page no; page; copy; mode of payment; mode/terms of payment; terms of payment; terms of delivery;
        destination; transport; transporter; salesman; sales man; place of supply; customer code; customer id; cust id;
        customer no; party code; route; beat; project no; counter; cashier; total; invoice type; invoice value; invoice total;
        invoice amount; state; dispatched through; despatched through; no of pkgs; no of packages; no of cases; case no;
        packages; shipping bill no; port code; payment mode; reverse charge; contact; email
    """,
    "date": """
        invoice date; inv date; bill date; date of invoice; invoice dt; bill dt; document date; memo date; tax invoice date;
        voucher date; note date; credit note date; debit note date; ack date; order date; po date
    """,
    "strong": """
        in?oice no; inv?ice no; invo?ce no; invoi?e no; invoic? no; b?ll no; vo?cher no; invoice no; bil no; bal no; bll no;
        nvoice no; voice no; nv no; ill no; invoce no; invice no; invoic no; invoice number; invoice #; invoice num; tax
        invoice no; tax invoice number; tax invoice #; gst invoice no; retail invoice no; invoice serial no; invoice sr no;
        invoice sl no; inv no; inv number; inv #; inv num; inv. #; bill no; bill number; bill #; bill num; document no;
        document number; doc no; doc number; cash memo no; memo no; serial no of invoice; invoice id; bill id; credit note no;
        credit note number; credit note #; debit note no; debit note number; debit note #; note no; bill of supply no; bill of
        supply number; bill of supply #; tax invoice no / date; tax invoice no / dt; tax invoice no & date; tax invoice no &
        dt; tax invoice no and date; tax invoice no and dt; invoice no / date; invoice no / dt; invoice no & date; invoice no
        & dt; invoice no and date; invoice no and dt; invoice number / date; invoice number / dt; invoice number & date;
        invoice number & dt; invoice number and date; invoice number and dt; inv no / date; inv no / dt; inv no & date; inv no
        & dt; inv no and date; inv no and dt; bill no / date; bill no / dt; bill no & date; bill no & dt; bill no and date;
        bill no and dt; document no / date; document no / dt; document no & date; document no & dt; document no and date;
        document no and dt; invoice no/dt; bill/invoice no; invoice/bill no; invoice document no; invoice ref no; invoice
        reference no; बिल नं; बिल संख्या; बिल नंबर; बिल क्रमांक; बीजक संख्या; बीजक सं; बीजक नं; चालान नं; चालान संख्या; इनवॉइस
        नं; इनवॉइस संख्या; इनवॉइस नंबर; इनवॉयस नं; इनवॉयस संख्या; क्रमांक; बिल क्र
    """,
    "medium": """
        voucher no; vch no; voucher number; receipt no; receipt #; transaction no; txn no; trans no
    """,
    "weak": """
        invoice; inv; bill; no; tax invoice; number; cash memo; credit note; debit note; #
    """,
}

DATE = {
    "other": """
        o?der no; or?er no; buyer's o?der no; buyer's or?er no; o?der date; d?e date; du? date; due date; payment due date;
        due on; due dt; order date; order dt; order no & date; po date; p o date; p o dt; purchase order date; ack date; ack
        dt; acknowledgement date; e way bill date; eway bill date; eway date; challan date; delivery date; delivery note date;
        dispatch date; despatch date; lr date; l r date; gr date; lr dt; gr dt; valid till; valid upto; validity; expiry date;
        exp date; expiry; exp; mfg date; mfg; manufacturing date; print date; printed on; print dt; date of supply; supply
        date; date & time of supply; date and time of supply; date of removal; time of removal; reference date; ref date; irn
        date; period; from; to; buyer's order no; po no; p o no; order no; original invoice date; orig inv date; against
        invoice; bill due date; due by; payment date; cheque date; birth; since; estd; last bill date; reference no & date;
        ref no & date; other references; generated on; signed on; dated signature; digitally signed; lading; lr no; transport;
        challan no; delivery note; ack no; e way bill no; eway bill no; statement date; buyers order no; purchase order no;
        supplier's ref; reference no; despatch doc no; dispatch doc no; d c no; dc no; bilty no; gr no; vehicle no; despatched
        through; dispatched through; cheque no; order ref; date of birth; warranty; batch; as on; balance; cash received
    """,
    "strong": """
        in?oice date; inv?ice date; invo?ce date; invoi?e date; b?ll date; invoice date; nvoice date; voice date; ill date;
        inv date; bill date; date of invoice; date of issue; issue date; invoice dt; inv dt; bill dt; document date; doc date;
        memo date; tax invoice date; credit note date; debit note date; note date; invoice issue date; date of bill; tax
        invoice no / date; tax invoice no / dt; tax invoice no & date; tax invoice no & dt; tax invoice no and date; tax
        invoice no and dt; invoice no / date; invoice no / dt; invoice no & date; invoice no & dt; invoice no and date;
        invoice no and dt; invoice number / date; invoice number / dt; invoice number & date; invoice number & dt; invoice
        number and date; invoice number and dt; inv no / date; inv no / dt; inv no & date; inv no & dt; inv no and date; inv
        no and dt; bill no / date; bill no / dt; bill no & date; bill no & dt; bill no and date; bill no and dt; document no /
        date; document no / dt; document no & date; document no & dt; document no and date; document no and dt; invoice dated;
        bill dated; voucher date; बिल दिनांक; बिल तारीख; बीजक दिनांक; बिल तिथि; इनवॉइस दिनांक; इनवॉइस तारीख; इनवॉइस तिथि
    """,
    "plain": """
        da?ed; dat?d; d?ted; ate; date; dated; dt; dtd; दिनांक; तारीख; तिथि; date & time; billing date
    """,
}

PARTY = {
    "buyer": """
        b?yer; buy?r; con?ignee; consig?ee; b?ll to; bi?l to; bil? to; bill to; billed to; bill to party; ship to party; bill
        to address; buyer; buyer bill to; consignee; consignee ship to; ship to; shipped to; shipping address; billing
        address; details of receiver; details of recipient; details of buyer; details of consignee; recipient; receiver;
        party; party name; party details; party gstin; party's gstin; customer; customer name; cust; cust gst; cust gstin;
        cust gst no; customer gst; customer details; customer gstin; customer's gstin; buyer gstin; buyer's gstin; buyer name;
        buyer's name; sold to; invoice to; invoiced to; to; m/s; ms; messrs; name of buyer; name of recipient; client; deliver
        to; delivery address; delivered to; purchaser; place of supply; name of customer; customer gst no; party gst no; buyer
        gst no; cust name; name; ग्राहक; क्रेता; ग्राहक का नाम; खरीदार; प्राप्तकर्ता
    """,
    "seller": """
        bill from; billed from; details of supplier; details of seller; supplier; supplier details; supplier gstin; seller;
        seller gstin; seller's gstin; seller details; sold by; our gstin; our gst no; company's gstin; company gstin; firm
        gstin; dispatch from; despatch from; from; विक्रेता; our gstin no; company's gst no; supplier's gstin
    """,
    "third": """
        transporter; transporter id; transporter gstin; transport gstin; e commerce operator; transport id; eco gstin;
        generated by
    """,
}

SUM = {
    "other": """
        previous balance; prev balance; prev bal; old balance; old bal; opening balance; closing balance; last balance;
        outstanding; outstanding amt; outstanding amount; total outstanding; net outstanding; outstanding balance; balance;
        net balance; current balance; total balance; balance amount; ledger balance; pending amount; total pending; received;
        received amount; amount received; cash received; paid; amount paid; paid amount; advance; advance paid; advance
        received; change; tender; tendered; total due; previous due; old due; net due; overdue; due; total receivable; you
        saved; you save; savings; total savings; mrp total; total mrp; total qty; total quantity; total items; total discount;
        credit limit; limit; total pcs; total nos; no of items; total item; total cases; total weight; total boxes; weight;
        taxable rate; mrp; rate; qty; interest; reverse charge; amount of tax subject to reverse charge; tax subject to
        reverse charge; bank; ifsc; a/c no; including previous; total payable including previous; grand total outstanding; net
        receivable; due amount; total including balance; पिछला बकाया; बकाया; पुराना बकाया; कुल बकाया
    """,
    "words": """
        in words; amount in words; amount chargeable in words; rupees in words; amount chargeable (in words)
    """,
    "total": """
        grand total; net amount; net amt; net payable; net payable amount; net amount payable; total payable; amount payable;
        payable amount; amt payable; payable; bill amount; bill amt; bill value; bill total; invoice total; invoice value;
        invoice amount; invoice amt; total invoice value; total invoice amount; total invoice amt; total inv amt; total inv
        value; inv value; inv amount; net total; net value; net bill amount; net bill amt; net bill; final amount; total
        amount after tax; amount after tax; total after tax; total amt after tax; total value after tax; to pay; total amount
        payable; total bill amount; total bill value; total amount incl tax; total incl tax; total inc gst; total incl gst;
        total amount with tax; total with tax; total with gst; total (incl. gst); total (incl. tax); gross total; total amount
        due; amount due; balance due; total invoice value (in figure); total invoice value (in figures); invoice value (in
        figure); total invoice; total value (inclusive of tax); net invoice value; net invoice amount; net payable rs; g
        total; g. total; grand total rs; bill net amount; amount chargeable; total amount (inr); कुल राशि; कुल योग; महायोग;
        देय राशि; कुल देय; कुल देय राशि; सकल योग
    """,
    "weak": """
        total; total amount; total amt; total value; total rs; total inr; total (rs); योग; कुल; amount total; sum total;
        total:; total ₹
    """,
    "taxable": """
        taxable value; taxable amount; taxable amt; taxable; taxable val; total taxable value; total taxable amount; total
        taxable; net taxable; net taxable value; sub total; subtotal; sub tot; total before tax; amount before tax; total
        amount before tax; total amt before tax; value before tax; basic amount; basic value; basic total; assessable value;
        tax'ble amt; total taxable amt; goods value; goods total; net goods value; value of goods; taxable sale; taxable
        sales; total value before tax; before tax; on amt; txbl amt; txble amt; taxable total; total (before tax); item total;
        total (excl. tax); amount excl tax; कर योग्य मूल्य; करयोग्य राशि; कर योग्य राशि; उप योग; कर योग्य
    """,
    "gross": """
        gross amount; gross amt; gross value; gross; goods amount; amount; amt; value; total sale; राशि
    """,
    "cgst": """
        c g s t; cgst; cgst amt; cgst amount; c gst; central tax; central gst; add cgst; output cgst; total cgst; cgst amt
        total; cgst value; cgst payable; cgst rs; cgst tax
    """,
    "utgst": """
        u t g s t; utgst; ut gst; utgst amt; utgst amount; ut tax; add ut tax; add utgst; union territory tax; output utgst;
        total utgst
    """,
    "sgst": """
        s g s t; sgst; sgst amt; sgst amount; s gst; state tax; state gst; add sgst; output sgst; total sgst; sgst/utgst; sgst
        value; sgst / utgst; state/ut tax; state tax / ut tax; state /union territory tax; sgst/utgst amt; sgst/ugst;
        sgst/utgst amount; total sgst/utgst; sgst rs; sgst tax
    """,
    "igst": """
        i g s t; igst; igst amt; igst amount; i gst; integrated tax; integrated gst; add igst; output igst; total igst; igst
        value; igst rs; igst tax
    """,
    "cess": """
        cess; cess amt; cess amount; gst cess; add cess; compensation cess; total cess
    """,
    "tax": """
        total tax; total gst; tax amount; gst amount; tax amt; gst amt; total tax amount; total tax amt; total gst amount; tax
        total; gst total; add gst; add gst amount; tax payable; total gst amt; gst; vat
    """,
    "round": """
        round off; roundoff; rounded off; rounding off; rounding; round off amount; round off amt; r off; r/off; less round
        off; less rounded off; add round off; round off (+/-); rnd off; rounding adjustment; round off +/-; round; rounded;
        पूर्णांक
    """,
    "adjust": """
        discount; disc; less discount; cash discount; trade discount; less trade disc; spl disc; special discount; cd;
        freight; freight charges; transport charges; transportation charges; packing; packing charges; packing & forwarding; p
        & f; other charges; other charge; credit adjustment; cr adjustment; credit adj; cn/dn amt; cn adj; credit note adj;
        tcs; insurance; hamali; labour charges; labour; cartage; delivery charges; shipping charges; shipping; handling
        charges; adjustment; adj amt; less; cr/dr note; credit note; debit note; scheme; scheme discount; coolie; loading;
        loading charges; courier charges; less cn; add; add dn; other adj; adjusted amt
    """,
}

COLUMN = {
    "serial": """
        sr no; s no; sl no; sno; sr; sl; s n; si no; srno; #; क्रम
    """,
    "description": """
        description of goods; description; description of goods / services; item description; item name; item; items;
        particulars; particular; product name; product; name of product; product description; goods; item & description; name
        of item; product discription; item details; material; commodity; विवरण; वस्तु; माल का विवरण
    """,
    "hsn": """
        hsn; hsn code; hsn/sac; hsn/sac code; hsn no; hsn / sac; sac; hsn code/sac
    """,
    "quantity": """
        qty; quantity; qnty; qty.; pcs; bag; nos; billed qty; total qty; मात्रा
    """,
    "unit": """
        unit; uom; per; uqc; units; इकाई
    """,
    "rate": """
        rate; price; unit price; unit price/unit; rate/unit; price/unit; unit rate; basic rate; net rate; rate (rs); दर
    """,
    "percent": """
        disc; disc %; discount; disc%; gst %; gst; gst%; gst rate; tax %; tax rate; cgst; sgst; igst; utgst; cgst %; sgst %;
        igst%; cess; sch; scheme; sch/disc; cd%; tax; cgst amt; sgst amt; igst amt; tax amount; gst amt; mrp; free; batch;
        exp; mfg; pack; gst amount; disc amt; loc; mark; kg; tax amt
    """,
    "taxable": """
        taxable value; taxable amount; taxable amt; taxable; taxable val; assessable value; net taxable
    """,
    "amount": """
        amount; total; amt; value; net amount; total amount; net amt; total value; line total; राशि; रकम; कुल
    """,
}
