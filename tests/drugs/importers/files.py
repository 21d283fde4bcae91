"""Small files in the format of CMS: Windows text, CRLF, lines above the header, a cell of two lines, empty columns.

The words are ours. Codes and amounts of J2326 and its neighbours are those CMS published.
"""

import io
import zipfile

MONTHS = {"1": ("January", "March 31"), "2": ("April", "June 30"), "3": ("July", "September 30")}
MONTHS["4"] = ("October", "December 31")

ASP_HEADER = (
    "HCPCS Code,Short Description,HCPCS Code Dosage,Payment Limit,Co-insurance Percentage,"
    "Vaccine AWP%,Vaccine Limit,Blood AWP%,Blood limit,Clotting Factor,Notes,"
)
ASP_ROWS = (
    "90371,words of somebody else,1 ML,137.828,20.000,,,,,,,",
    'A9606,Radium,1 microCurie,N/A,20.000,,,,,,"microCurie 100% AWP = $202.82\nmicroCurie 100% WAC",',
    'J0121,"Omadacycline, 1 mg",1 MG,4.293,19.501,,,,,,Inflation-adjusted coinsurance,',
    'J0558,Penicillin,"100,000 UNITS",19.523,15.704,,,,,,,',
    "J1304,Tofersen,1 MG,160.009,19.924,,,,,,Inflation-adjusted coinsurance ,",
    'J2350,Ocrelizumab,1 MG,59.324,20.000,,,,,,"""lesser of"" methodology applied",',
    "J7208,Factor VIII,1 IU,2.744,19.449,,,,,1,,",
    "J9332,Efgartigimod,2\xa0MG,32.218,20.000,,,,,,,",
)


def span(quarter: str) -> str:
    first, last = MONTHS[quarter[5]]
    return f"Effective {first} 1, {quarter[:4]} through {last}, {quarter[:4]}"


def lines(*texts: str, encoding: str = "cp1252") -> bytes:
    return "".join(f"{text}\r\n" for text in texts).encode(encoding)


def asp(quarter: str = "2026Q1", rows=ASP_ROWS, header: str = ASP_HEADER, **changed: str) -> bytes:
    """`changed` puts another row in the place of a code's: J2350="..."; "" leaves it out."""
    rows = [changed.get(row[:5], row) for row in rows]
    blank = "," * 11
    return lines(
        f"Payment Allowance Limits for Medicare Part B Drugs{blank}",
        blank,
        f'"{span(quarter)}"{blank}',
        blank,
        f"Note 1: Limits are based on data of two quarters back.{blank}",
        f"Note 2: A code's absence does not indicate whether Medicare covers a drug.{blank}",
        blank,
        blank,
        header,
        *filter(None, rows),
    )


def asp_price(code: str, amount: str, share: str = "20.000") -> str:
    return f"{code},Some drug,1 MG,{amount},{share},,,,,,,"


ADDENDUM_B_HEADER = (
    "HCPCS Code,Short Descriptor,SI,APC ,Relative Weight,Payment Rate,National Unadjusted Copayment,"
    "Minimum Unadjusted Copayment,IRA Coinsurance percentage ,Adjusted Beneficiary Copayment,"
    "Drug and Device Pass-Through Expiration during Calendar Year,Note,* Indicates a Change "
)
CAPPED = "Copayments capped at inpatient deductible of $1,676.00."
ADDENDUM_B_ROWS = (
    "62323,words of somebody else,T,5442,7.8,$692.520,.,$138.51,,$138.51,,,",
    "A4341\xff,A valve,N,,, ,,,,,,,",
    "D0150,words of somebody else,E1,,, ,,,,,,,",
    'J1304,Tofersen,G,9262,,$159.401,.,$31.89,19.861%,$31.66,,"Inflation-adjusted coinsurance",*',
    f'J1413,Delandistrogene,G,0714,,"$3,316,462.588",.,"$663,292.52",,"$1,676.00",,"{CAPPED}",*',
    'J2326,Nusinersen,K ,9489,,"$1,280.251",.,$256.06,,$256.06,,,*',
    "J9174,Docetaxel,G,0841,,$52.470,,$9.90,,$9.90,,,*",
    "G0101,A screening,S,5822,1.0,$90.000,$0.00,$0.00,,$0.00,,,",
    "G0102,An odd one,Z9,5822,1.0,$90.000,,$18.00,,$18.00,,,",
)


def addendum_b(year: str = "2025", rows=ADDENDUM_B_ROWS, header: str = ADDENDUM_B_HEADER, **changed) -> bytes:
    rows = [changed.get(row[:5], row) for row in rows]
    blank = "," * 11
    title = f",Addendum B.-- OPPS Payment by HCPCS Code for CY {year}{blank}"
    above = lines(title, f",All rights reserved.\xff Of others.{blank}", "," * 12, encoding="latin-1")
    return above + lines(header, *filter(None, rows), encoding="latin-1")


ADDENDUM_BB_HEADER = (
    "HCPCS Code,,Short Descriptor,Drug and Device Pass-Through Expiration during Calendar Year,"
    "{when} Payment Indicator,{when} Payment Weight  ,{when} Payment Rate ,{when} IRA-22 Adjusted Copayment1"
)
ADDENDUM_BB_ROWS = (
    '0331T,,words of somebody else,,Z2,13.7628,"$736.50",',
    "76977,**,words of somebody else,,Z3,,$4.99,",
    "J0121,,Omadacycline,,N1,,,",
    "J1300,,Eculizumab,, D5 ,,,",
    "J1304,,Tofersen,*,K2,,$159.40,$31.66",
    "J1428,,Eteplirsen,,k5,,,",
    "J2002,,Lidocaine,,K2,,$0.00,",
    'J2326,,Nusinersen,,K2,,"$1,280.25",',
    "Q4100,,A skin substitute,,N1,,$127.14,",
)


def addendum_bb(quarter: str = "2025Q4", rows=ADDENDUM_BB_ROWS, header: str = "", year: str = "", **changed):
    rows = [changed.get(row[:5], row) for row in rows]
    blank = "," * 7
    when = f"{MONTHS[quarter[5]][0]} {quarter[:4]}"
    title = f'"Addendum BB -- ASC Covered Ancillary Services for CY {year or quarter[:4]} \n(in two lines)"{blank}'
    return lines(
        title,
        f"All rights\xa0reserved, of others.{blank[:-1]}",
        blank,
        header or ADDENDUM_BB_HEADER.format(when=when),
        *filter(None, rows),
        blank,
        f"NOTE 1:  The Medicare payment is 80 percent.{blank}",
        blank,
    )


CROSSWALK_HEADER = (
    "_2025_CODE,Short Description,LABELER NAME,NDC2,Drug Name,HCPCS dosage,"
    "PKG SIZE,PKG QTY,BILLUNITS,BILLUNITSPKG"
)
CROSSWALK_ROWS = (
    "90371,words of somebody else,A Maker,13533-0636-01,HyperHepB,1 ML,1,1,1,1",
    'J1304,Tofersen,"Biogen, Inc",64406-0109-01,"Qalsody\n",1 MG,15,1,100,100',
    "J1885,Ketorolac,A Maker,00409-3795-01,Ketorolac,15 MG,1,25,1,25",
    "J1885,Ketorolac,A Maker,AA1234,Ketorolac,15 MG,1,25,.5,12.5",
)


def crosswalk(quarter="2026Q1", rows=CROSSWALK_ROWS, header=CROSSWALK_HEADER, empty=242, **changed) -> bytes:
    """The header may carry a wrong year. Every row ends in hundreds of empty cells."""
    rows = [changed.get(row.split(",")[3], row) for row in rows]
    wide, tail = "," * (9 + empty), "," * empty
    month = MONTHS[quarter[5]][0]
    return lines(
        f"{month} {quarter[:4]} ASP NDC - HCPCS Crosswalk for Medicare Part B Drugs{wide}",
        f'"     {span(quarter)}"{wide}',
        wide,
        f"The crosswalks support ASP-based payments only.{wide}",
        f"{header}{tail}",
        *(f"{row}{tail}" for row in rows if row),
    )


def zipped(**members: bytes) -> bytes:
    """Names as keywords: zipped(**{"a file.csv": b"..."})."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    return packed.getvalue()
