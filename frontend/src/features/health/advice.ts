/** What a person does about a condition, by its reason. Reasons are stable words of the API. */

const BY_REASON: Record<string, string> = {
  WaitingForWorkers: "Wait a moment; if it stays, look at the events of the agent.",
  WorkersCrashing: "Read the log of the worker's last run; the message has the command.",
  WorkersCannotStart: "Create the Secret or key that the message names, or correct the image.",
  ImageUnavailable: "Correct spec.runtime.image, or give imagePullSecret the right to pull it.",
  WorkersUnschedulable: "Make room on a node, or ask for less in spec.runtime.",
  SomeWorkersUnavailable: "Read the message: a worker crashed, was evicted or does not start.",
  RolloutFailed: "Look at the events of the agent: the new workers do not come up.",
  ProgressDeadlineExceeded: "Look at the events of the agent: the new workers do not come up.",
  ReplicaFailure: "Look at the quota and the admission policies of the namespace.",
  Suspended: "Nothing is wrong. To have it answer again, set spec.suspended to false.",
  ScaledToZero: "Nothing is wrong. To have it answer again, raise spec.replicas.",
  ModelNotFound: "Create the Model that the agent names, or name another.",
  ModelInvalid: "Correct the Model that the agent names.",
  SecretNotFound: "Create the Secret that the resource names.",
  SecretKeyNotFound: "Add the key to the Secret, or name another key.",
  ConfigMapNotFound: "Create the ConfigMap that the agent names.",
  ConfigMapKeyNotFound: "Add the key to the ConfigMap, or name another key.",
  ScopeNotFound: "Create the agent or key that the budget counts, or make another budget.",
  EndpointUnreachable: "Start the agent at its address, or correct spec.runtime.endpoint.",
  AddressForbidden: "Set a base URL that may be called: this one is closed to workers.",
  Invalid: "Correct the resource; the message names the field.",
  NameTaken: "Rename the resource, or remove the object that has the name.",
  Forbidden: "Give the operator the right, or change the quota or policy that refuses it.",
  ApplyFailed: "Read the message: the cluster refuses. It is tried again by itself.",
  PredecessorLeaving: "Wait: what an older resource of this name left is being removed.",
  Revoked: "Nothing is wrong. Make a new key, or delete this one.",
  Expired: "Make a new key, or delete this one.",
  InvalidExpiry: "Correct spec.expiresAt: a time with a zone.",
  NamespacesNotPermitted: "Move the key to the installation's namespace, or remove namespaces.",
  PepperMissing: "Wait; if it stays, look at the operator's log.",
  PepperWeak: "Set a longer pepper and make the keys anew.",
  TimeZoneUnknown: "Set spec.timeZone to an IANA name, like Europe/Berlin.",
  UnknownTimeZone: "Set spec.timeZone to an IANA name, like Europe/Berlin.",
  UnknownPrice: "Set spec.price of the Model, so that its chats can be counted.",
  NotEnforced: "Nothing is wrong. To refuse chats over the amount, set spec.enforce to true.",
  StoreUnavailable: "Bring the limits store back: spending cannot be counted without it.",
  AmountSpent: "Raise the amount, or wait for the next period.",
  TooLittleLeft: "Raise the amount, or set maxTokens of the Model: chats then set aside less.",
};

const OTHERWISE = "Read the message; the events of the resource may say more.";

/** One sentence that says what to do. */
export function adviceFor(reason: string): string {
  return BY_REASON[reason] ?? OTHERWISE;
}

/** Whether a person wanted it so: listed, but no alarm. */
export function isIntended(reason: string): boolean {
  return ["Suspended", "ScaledToZero", "Revoked", "Expired", "NotEnforced"].includes(reason);
}
