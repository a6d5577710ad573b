"""Which fault makes each expression answer that ordinary load leaves silent.

Keys are alerts, ``Alert*`` for an alert without its thresholds, or ``dashboard.json: panel``.
"""

from typing import Final

STORE = "Redis is stopped for two minutes while chats go on"
DATABASE = "the database is stopped for three minutes while chats go on"
DISK = "the spool's volume is full or read-only"
FULL = "the database is stopped and the spool's limit is reached"
LEADER = "all operators are stopped"
BUDGET = "a small enforced Budget is used up"
STALLED = "an ApiKey names namespaces that its own namespace may not open"
MISSING = "an Agent and its Model name a Secret that does not exist"
PROVIDER = "the provider answers 500 to a quarter of calls or more"
CRASH = "a worker runs out of memory, again and again"
UNSCHEDULABLE = "no node takes an agent's workers"
WEBHOOK = "the alert webhook answers 500"
ERRORS = "the workers of an agent are killed or its provider fails, for long enough"
SLOW = "a provider takes more than ten seconds to its first token"
REFUSING = "ready workers refuse connections: their port is closed by force"
KEYS = "more than 200 requests with wrong keys"
DOWN = "one plane's pod does not answer /metrics"
API = "the API server is cut off from a plane for minutes"
LOST = "a record is refused by the database, or neither disk nor memory has room"
CHAIN = "the last row of the audit table is changed by hand"
REDIS_SLOW = "Redis answers 50 ms late"
HOLD = "Redis takes admissions but no settlements"
BUSY = "more resources change than the operator can reconcile for 15 minutes"
RECONCILE = "an admission webhook that the API server has to ask does not answer"
UNSYNCED = "a gateway starts without permission to list Models"
ALERT = "any alert fires"

FAULTS: Final = {
    "QuarterdeckChatErrorsBurnFast": ERRORS,
    "QuarterdeckChatErrorsBurnSlow": ERRORS,
    "QuarterdeckChatsSlow": SLOW,
    "QuarterdeckReplicasRefusing": REFUSING,
    "QuarterdeckTooManyWrongKeys": KEYS,
    "QuarterdeckTargetDown": DOWN,
    "QuarterdeckWorkerTargetDown": REFUSING,
    "QuarterdeckBudgetNearlySpent": BUDGET,
    "QuarterdeckBudgetExhausted": BUDGET,
    "QuarterdeckBudgetsUncountable": STORE,
    "QuarterdeckAlertWebhookFailing": WEBHOOK,
    "QuarterdeckSettlementsWaiting": HOLD,
    "QuarterdeckAdmissionStoreAway": STORE,
    "QuarterdeckAdmissionStoreSlow": REDIS_SLOW,
    "QuarterdeckDatabaseAway": DATABASE,
    "QuarterdeckSpoolGrowing": DATABASE,
    "QuarterdeckSpoolFull": FULL,
    "QuarterdeckDiskRefusesRecords": DISK,
    "QuarterdeckRecordsLost": LOST,
    "QuarterdeckAuditEventsLost": LOST,
    "QuarterdeckAuditChainBroken": CHAIN,
    "QuarterdeckOperatorWithoutLeader": LEADER,
    "QuarterdeckQueueNotDraining": BUSY,
    "QuarterdeckReconcileErrors": RECONCILE,
    "QuarterdeckReconcileErrors*": RECONCILE,
    "QuarterdeckWatchStale": API,
    "QuarterdeckGatewayNotSynced": UNSYNCED,
    "QuarterdeckResourcesStalled": STALLED,
    "QuarterdeckResourcesStalled*": STALLED,
    "QuarterdeckAgentNotReady": MISSING,
    "QuarterdeckAgentNotReady*": MISSING,
    "QuarterdeckResourceNotReady": MISSING,
    "QuarterdeckResourceNotReady*": MISSING,
    "QuarterdeckWorkersCrashLooping": CRASH,
    "QuarterdeckWorkersUnavailable": UNSCHEDULABLE,
    "QuarterdeckWorkersUnavailable*": UNSCHEDULABLE,
    "QuarterdeckModelErrors": PROVIDER,
    "QuarterdeckModelErrors*": PROVIDER,
    "agents.json: Failed calls": PROVIDER,
    "costs.json: Thresholds reached": BUDGET,
    "operator.json: Errors and retries": RECONCILE,
    "overview.json: Firing alerts": ALERT,
    "overview.json: Resources that are not ready": MISSING,
}
