"""The German Credit features as the demo lender registers them.

One row per column of german_credit.csv.gz. The order of `categories` is the order of the
codes, from 0: the registry, the scorecard and the tree model all use it.
"""

from dataclasses import dataclass

SOURCE = "Application form (Statlog German Credit)"


@dataclass(frozen=True)
class Feature:
    """One column: its name in the registry, its values and what a borrower is told about it."""

    name: str
    column: str
    type: str
    description: str
    categories: tuple[str, ...] = ()
    ordered: bool = False
    prohibited: bool = False
    reason_text: str = ""

    @property
    def reason_code(self) -> str:
        return self.name.upper()


FEATURES = (
    Feature(
        "checking_status", "status_of_existing_checking_account", "CATEGORY",
        "Balance of the checking account at this bank",
        ("... < 0 DM", "0 <= ... < 200 DM",
         "... >= 200 DM / salary assignments for at least 1 year", "no checking account"),
        ordered=True,
        reason_text="The checking account has a low or negative balance"),
    Feature(
        "duration_months", "duration_in_month", "INTEGER", "Term of the credit in months",
        reason_text="The credit runs over a long time"),
    Feature(
        "credit_history", "credit_history", "CATEGORY", "How earlier credits were repaid",
        ("no credits taken/ all credits paid back duly",
         "all credits at this bank paid back duly",
         "existing credits paid back duly till now", "delay in paying off in the past",
         "critical account/ other credits existing (not at this bank)"),
        reason_text="The record of earlier credits is short or weak"),
    Feature(
        "purpose", "purpose", "CATEGORY", "What the credit is for",
        ("car (new)", "car (used)", "furniture/equipment", "radio/television",
         "domestic appliances", "repairs", "education", "retraining", "business", "others"),
        reason_text="Credits for this purpose are repaid less often"),
    Feature(
        "credit_amount_dm", "credit_amount", "NUMBER", "Amount applied for in Deutsche Mark",
        reason_text="The amount applied for is high"),
    Feature(
        "savings_status", "savings_account_and_bonds", "CATEGORY", "Savings and bonds held",
        ("... < 100 DM", "100 <= ... < 500 DM", "500 <= ... < 1000 DM", "... >= 1000 DM",
         "unknown/ no savings account"),
        ordered=True,
        reason_text="Savings are low"),
    Feature(
        "employment_since", "present_employment_since", "CATEGORY", "Time in the present job",
        ("unemployed", "... < 1 year", "1 <= ... < 4 years", "4 <= ... < 7 years",
         "... >= 7 years"),
        ordered=True,
        reason_text="The time in the present job is short"),
    Feature(
        "instalment_rate_percent",
        "installment_rate_in_percentage_of_disposable_income", "INTEGER",
        "Instalment as a share of disposable income, in steps from 1 (low) to 4 (high)",
        reason_text="The instalments take a large share of the income"),
    Feature(
        "sex_and_marital_status", "personal_status_and_sex", "CATEGORY",
        "Sex and marital status; never used in a decision",
        ("male : divorced/separated", "female : divorced/separated/married", "male : single",
         "male : married/widowed"),
        prohibited=True),
    Feature(
        "other_debtors", "other_debtors_or_guarantors", "CATEGORY",
        "Other people who answer for the credit", ("none", "co-applicant", "guarantor"),
        reason_text="No guarantor answers for the credit"),
    Feature(
        "residence_since_years", "present_residence_since", "INTEGER",
        "Years at the present address, 4 means 4 or more",
        reason_text="The time at the present address is short"),
    Feature(
        "property", "property", "CATEGORY", "The most valuable property owned",
        ("real estate", "building society savings agreement/ life insurance",
         "car or other, not in attribute Savings account/bonds", "unknown / no property"),
        ordered=True,
        reason_text="Little or no property stands behind the credit"),
    Feature(
        "age_years", "age_in_years", "INTEGER",
        "Age in years; monitored only, never used in a decision", prohibited=True),
    Feature(
        "other_instalment_plans", "other_installment_plans", "CATEGORY",
        "Instalment plans elsewhere", ("none", "stores", "bank"),
        reason_text="There are other instalment plans to pay"),
    Feature(
        "housing", "housing", "CATEGORY", "How the applicant lives",
        ("own", "rent", "for free"),
        reason_text="The home is not owned"),
    Feature(
        "existing_credits", "number_of_existing_credits_at_this_bank", "INTEGER",
        "Number of credits at this bank",
        reason_text="Several credits are open at this bank"),
    Feature(
        "job", "job", "CATEGORY", "Qualification and kind of work",
        ("unemployed/ unskilled - non-resident", "unskilled - resident",
         "skilled employee / official",
         "management/ self-employed/ highly qualified employee/ officer"),
        ordered=True,
        reason_text="The present work gives little security"),
    Feature(
        "dependants", "number_of_people_being_liable_to_provide_maintenance_for", "INTEGER",
        "Number of people the applicant must support",
        reason_text="Several people must be supported"),
    Feature(
        "telephone", "telephone", "CATEGORY", "Whether a telephone is registered",
        ("none", "yes, registered under the customers name"),
        reason_text="No telephone is registered"),
    Feature(
        "foreign_worker", "foreign_worker", "CATEGORY",
        "Foreign-worker status; never used in a decision", ("yes", "no"), prohibited=True),
)

MODEL_FEATURES = tuple(feature for feature in FEATURES if not feature.prohibited)


def as_json() -> list[dict]:
    """What features.json says: the demo client registers it as it stands."""
    return [
        {
            "name": feature.name,
            "column": feature.column,
            "type": feature.type,
            "categories": list(feature.categories),
            "source": SOURCE,
            "description": feature.description,
            "prohibited": "NEVER" if feature.prohibited else "NONE",
        }
        for feature in FEATURES
    ]
