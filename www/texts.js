// Every text of the dashboard, in one place: to translate it, or to call things
// by your own names, change this file. What the API itself says (names, the
// labels of stages, what is wrong with a value) comes from the API; `issues`
// can give your own words for a kind of fault, by its `type`.

/** The language of the texts, and of dates and numbers (BCP 47). */
export const language = "en";
/** "ltr", or "rtl" for a language that is written from right to left. */
export const direction = "ltr";

const plural = new Intl.PluralRules(language);
const list = new Intl.ListFormat(language);

/**
 * The form for a count: `one` or `other` here, more in other languages.
 *
 * @param {number} number
 * @param {Partial<Record<Intl.LDMLPluralRule, string>> & { other: string }} forms
 */
function count(number, forms) {
  return forms[plural.select(number)] ?? forms.other;
}

const number = new Intl.NumberFormat(language);
const assessments = (/** @type {number} */ n) =>
  count(n, { one: `${n} assessment`, other: `${number.format(n)} assessments` });
const vendors = (/** @type {number} */ n) =>
  count(n, { one: `${n} vendor`, other: `${n} vendors` });
const findings = (/** @type {number} */ n) =>
  count(n, { one: `${n} finding`, other: `${n} findings` });
const seconds = (/** @type {number} */ n) =>
  count(n, { one: `${n} second`, other: `${n} seconds` });

export const texts = {
  product: "Assessments",
  skipToContent: "Skip to the content",
  navigation: "Pages",
  // A part of the page that comes when it is needed.
  partLate: "This page is slow to come. It still may.",
  partMissing: "This page did not come. Nothing you wrote is lost.",
  loading: "Loading…",
  dismiss: "Dismiss",
  close: "Close",
  copy: "Copy",
  copied: "Copied",
  copyWhat: (/** @type {string} */ what) => `Copy ${what}`,
  copyFailed: "The browser does not allow copying; select the text instead.",
  requestId: "Request id",

  time: {
    now: "just now",
    never: "not yet",
  },

  pages: {
    assessments: "Assessments",
    list: "Watchlist",
    create: "New assessment",
    missing: "Page not found",
    missingText: "There is no such page here.",
    backToList: "Back to the assessments",
  },

  connection: {
    connect: "Connect",
    connectAgain: "Connect again",
    disconnect: "Disconnect",
    connected: "Connected",
    // In its place, as long as it would not be true.
    expired: "Session expired",
    notAllowed: "Connected, but may not read",
    noAnswer: "No connection",
    refusedNow: "Not accepted now",
    notReading: "Not reading now",
    title: "Connect to the API",
    intro:
      "The credential is sent to this API only. It stays in memory and is gone when the page is closed or reloaded.",
    credential: "Credential",
    credentialHint:
      "A session token of your dashboard, or, on a development server, a key that begins with ak_.",
    remember: "Keep it for this tab, over reloads",
    keepConnected: "Keep over reloads",
    signingIn: "Signing in…",
    signInAgain: "Try to sign in again",
    useDemo: "Use the demo user",
    demoHint: "This is a development server with demo data.",
    empty: "Enter a credential.",
    malformed: "A credential has no spaces or special characters. Was it copied whole?",
    keyRefused:
      "This is a service-account key. In a page everyone could read it, so the API takes none from a browser. Keep it on your server, which makes sessions with it (POST /v1/sessions), and paste a session token here.",
    checking: "Checking…",
    needed: "You are not connected. What is shown was read earlier.",
    neededToRead: "Connect to read this assessment.",
    problems: {
      none: "You are not connected.",
      expired: "Your session has expired. What you wrote is still here.",
      revoked:
        "Your session was revoked: the API does not accept it any more, before its time is over. What you wrote is still here.",
      refused:
        "The API does not accept your credential any more: it was revoked, or has expired. What you wrote is still here.",
      notAllowed:
        "Your role may not use this page any more. What you wrote is still here. Ask whoever manages roles, or connect as someone else.",
      address:
        "The API takes no calls from your network address for this organization. Use a network that it allows, or have its list changed.",
      signedOut: "You are not signed in where this page gets its sessions. Sign in there first.",
      changed: "Someone else is signed in now, so this was not sent.",
      malformed: "What this page got for a session is none. Tell whoever runs it.",
      unreachable: "Where this page gets its sessions, nobody answers. Try again soon.",
    },
    menu: "Your connection",
    organization: "Organization",
    person: "Person",
    key: "Key",
    role: "Role",
    environment: "Environment",
    /** @type {Record<string, string>} */
    environments: { development: "development", production: "production" },
  },

  // What goes wrong between this page and the API, each in its own words.
  trouble: {
    apiSays: (/** @type {string} */ message) => `The API says: ${message}`,
    packageSays: (/** @type {string} */ message) => `This page's own check says: ${message}`,
    browserSays: (/** @type {string} */ message) => `The browser says: ${message}`,
    between: (/** @type {number | undefined} */ status) =>
      status === undefined
        ? "Something else answered in the API's place."
        : `Something else answered in the API's place (HTTP ${status}).`,
    betweenText:
      "That may be a proxy or a gateway. Try again; if it stays, tell whoever runs your network or this deployment.",
    wait: (/** @type {number} */ n) => `The API asks to wait ${seconds(n)}.`,
    offline: "This browser is offline.",
    offlineText: "Reading goes on by itself once there is a connection.",
    unreachable: "No answer comes from the API.",
    unreachableText: "Check your connection. This page keeps trying.",
    credential: "The API does not accept your credential.",
    role: (/** @type {string | undefined} */ role) =>
      role === undefined ? "Your role may not do this." : `Your role, ${role}, may not do this.`,
    roleText: "Ask whoever manages roles, or connect as someone else.",
    address: "Your network address is not allowed.",
    addressText: "Use a network that your organization allows, or have its list changed.",
    apiFaultText:
      "It cannot answer at present. This page keeps trying; quote the request id if it stays.",
    unreadable: "An answer came that this page does not understand.",
    unreadableText: "This page may be older than the API. Load it again.",
    failed: "This page failed.",
    failedText: "Load it again; if that does not help, tell whoever runs it.",
    stopped: "This was stopped.",
    ofAnother: (/** @type {unknown} */ id) => `what was answered is about another: ${id}`,
    readAt: "What is shown was read",
    retry: "Try again",
    reload: "Load again",
  },

  rules: {
    forbidden:
      "This browser does not allow WebAssembly here, so nothing is checked before it is sent. The server checks it.",
    missing:
      "The part of this page that checks what you write could not be loaded. The server checks it.",
    loading:
      "The part of this page that checks what you write is still on its way. Until then the server checks it.",
  },
  stylesMissing: "The style sheet of this page could not be loaded, so it looks like this.",
  notKept: "This browser keeps no data for this page, so the list is lost when the page is closed.",

  // The page of all that the API lists.
  assessments: {
    intro: "All of your organization.",
    search: "Search",
    searchHint: "Beginnings of name, vendor or id",
    stage: "Stage",
    allStages: "All stages",
    sort: "Sort by",
    sorts: {
      "-created_at": "Newest",
      created_at: "Oldest",
      "-updated_at": "Last change",
      updated_at: "Longest unchanged",
      vendor: "Vendor, A to Z",
      "-vendor": "Vendor, Z to A",
      name: "Name, A to Z",
      "-name": "Name, Z to A",
      stage: "Stage, first to last",
      "-stage": "Stage, last to first",
      "-score": "Highest score",
      score: "Lowest score",
      "-findings": "Most findings",
      findings: "Fewest findings",
      assignee: "Assignee, A to Z",
      "-assignee": "Assignee, Z to A",
    },
    // As long as not all is read that is to be sorted, and where that was stopped.
    sorting: (/** @type {string} */ n) =>
      `Reading all to sort them: ${n} so far. Until then the newest come first.`,
    sortedOf: (/** @type {string} */ n) =>
      `Sorted among the newest ${n}. There are more, which are not sorted in.`,
    sortOn: "Read on",
    mine: "Assigned to me",
    archived: "Archived",
    columns: {
      watch: "Watch",
      vendor: "Vendor",
      name: "Name",
      stage: "Stage",
      score: "Score",
      findings: "Findings",
      assignee: "Assignee",
      updated: "Changed",
      created: "Created",
      select: "Select",
    },
    watch: "Watch",
    unwatch: "Stop watching",
    watchWhat: (/** @type {string} */ name) => `Watch ${name}`,
    noVendor: "unknown vendor",
    nobody: "nobody",
    reading: "Reading…",
    shown: (/** @type {number} */ n, /** @type {boolean} */ hasMore) =>
      hasMore ? `${assessments(n)} so far, and there may be more` : assessments(n),
    more: "Show more",
    moreFull: (/** @type {string} */ n) =>
      `This page shows ${n} at most. Search or filter to see others, or export them all.`,
    goOn: "Look further",
    noneYet: "Nothing found so far",
    noneYetText: "Many assessments were looked through, and there are more.",
    noneMatchText:
      "Words are found by their beginnings. Archived assessments are a list of their own.",
    emptyText: "Create the first one. What is archived is a list of its own.",
    lookAtArchived: "Show archived ones",
    unconnected: "Connect to see your organization's assessments",
    unconnectedText: "What this browser watches is kept here and can be seen without a connection.",
    connect: "Connect to the API",
    toWatchlist: "Open the watchlist",
    notAllowed: (/** @type {string} */ role) => `Your role, ${role}, may not list assessments.`,
    notAllowedText:
      "Ask whoever manages roles. What this browser watches can be seen in the watchlist, and single assessments by their id.",
    keys: "Keys: j and k go from row to row, Home and End to the first and last, Enter opens, x selects, / searches",
    exportFile: "Export CSV",
    exportName: "assessments.csv",
    exporting: "Reading all that is asked for…",
    exported: (/** @type {string} */ n) => `${n} so far`,
    exportEnded: (/** @type {string} */ n) => `The file has ${n} assessments.`,
    exportFull: (/** @type {string} */ n) =>
      `A file has ${n} at most, and there are more. Filter to have others in one.`,
    exportFailed: "The file is not complete, so there is none yet.",
    exportStopped: "Stopped. No file was made.",
    stop: "Stop",
  },

  // Views of that list that have a name.
  views: {
    title: "Views",
    all: "All",
    mine: "Mine",
    review: "Waiting for review",
    complete: "Complete",
    save: "Save view…",
    saveTitle: "Save this view",
    saveText: "Filters, search and order are kept under a name, in this browser.",
    saveConfirm: "Save view",
    rename: "Rename…",
    renameTitle: "Rename this view",
    renameConfirm: "Rename",
    remove: "Delete view",
    name: "Name of the view",
    keep: "Not now",
    empty: "Enter a name.",
    taken: "There is a view of that name.",
    full: "No more can be saved. Delete one first.",
    notKept: "This browser cannot keep it.",
    saved: (/** @type {string} */ name) => `View ${name} saved.`,
    removed: (/** @type {string} */ name) => `View ${name} deleted.`,
  },

  palette: {
    open: "Search",
    title: "Search, or go somewhere",
    label: "What to look for",
    hint: "Name, vendor, id or address",
    openId: "Open the assessment with this id",
    assess: (/** @type {string} */ vendor) => `Assess ${vendor}`,
    create: "Create an assessment",
    page: "page",
    view: "view of the list",
  },

  // Canceling and archiving several.
  selection: {
    label: "Selected assessments",
    select: (/** @type {string} */ name) => `Select ${name}`,
    count: (/** @type {number} */ n) => `${assessments(n)} selected`,
    full: (/** @type {string} */ n) => `No more than ${n} can be selected.`,
    end: "Cancel or archive…",
    none: "Select none",
    title: (/** @type {number} */ n) => `Cancel or archive ${assessments(n)}?`,
    cancels: (/** @type {number} */ n) =>
      count(n, {
        one: `${n} is not finished and will be canceled: work on it stops.`,
        other: `${n} are not finished and will be canceled: work on them stops.`,
      }),
    archives: (/** @type {number} */ n) =>
      count(n, {
        one: `${n} is finished and will be archived; it keeps its stage.`,
        other: `${n} are finished and will be archived; they keep their stages.`,
      }),
    either: "What is not finished will be canceled, the rest archived.",
    noUndo: "They stay readable. The API cannot undo this.",
    confirm: (/** @type {number} */ n) => `Cancel or archive ${n}`,
    keep: "Keep them",
    working: "Canceling and archiving…",
    progress: (/** @type {number} */ n, /** @type {number} */ all) => `${n} of ${all}`,
    stop: "Stop",
    stopped: (/** @type {string} */ how) => `Stopped. ${how}`,
    ended: (
      /** @type {number} */ canceled,
      /** @type {number} */ archived,
      /** @type {number} */ gone = 0,
    ) =>
      `${assessments(canceled)} canceled, ${archived} archived.${gone > 0 ? ` ${gone} were gone.` : ""}`,
    left: (/** @type {number} */ n) => `${assessments(n)} not tried.`,
    rest: (/** @type {number} */ n) => `${assessments(n)} not done.`,
    again: (/** @type {number} */ n) => count(n, { one: "Try it again", other: `Try ${n} again` }),
    failed: "These could not be canceled or archived",
    what: "Assessment",
    why: "Why",
  },

  list: {
    intro: "What this browser created, opened or was told to watch, from this browser's own list.",
    search: "Search",
    searchHint: "Name or id",
    stage: "Stage",
    allStages: "All stages",
    sort: "Sort by",
    sorts: { updated: "Last change", created: "Newest", name: "Name", stage: "Stage" },
    distribution: "By stage",
    shown: (/** @type {number} */ n, /** @type {number} */ all) =>
      n === all ? assessments(n) : `${n} of ${assessments(all)}`,
    unread: "Not read yet",
    missing: "Not found with this credential",
    archived: "Archived",
    findings,
    score: "Score",
    updated: "Changed",
    noneMatch: "No assessment matches.",
    showAll: "Show all",
    empty: "No assessments yet",
    emptyText: "Create one, or open one by its id. This browser will keep watching it.",
    open: "Open by id",
    openLabel: "Assessment id",
    openButton: "Open",
    more: "More",
    refresh: "Refresh all",
    exportFile: "Export the list",
    importFile: "Import a list",
    clear: "Clear the list",
    clearTitle: "Clear the list?",
    clearText: (/** @type {number} */ n) =>
      `This browser forgets ${assessments(n)}. The assessments themselves stay as they are.`,
    clearConfirm: "Clear",
    cleared: "The list is empty now.",
    demo: (/** @type {number} */ n) => `Open the ${n} demo assessments`,
    imported: (/** @type {number} */ added, /** @type {number} */ all) =>
      `${assessments(all)} in the file, ${added} of them new here.`,
    importProblems: {
      tooLarge: () => "This file is too large to be a list of assessments. Nothing was imported.",
      notJson: () => "This file is not JSON. Nothing was imported.",
      notAnIndex: () => "This file is not an exported list of assessments. Nothing was imported.",
      otherVersion: (/** @type {unknown} */ version) =>
        `This file is of version ${version}, which this page cannot read. Nothing was imported.`,
      badId: (/** @type {number} */ position) =>
        `Entry ${position} of this file has no valid id. Nothing was imported.`,
    },
    exportName: "assessments.json",
  },

  detail: {
    notAnId: "This is not the id of an assessment",
    notFound: "Assessment not found",
    notFoundText: "It does not exist, or belongs to another organization than your credential.",
    forget: "Remove from the list",
    failed: "The assessment could not be read",
    refresh: "Refresh",
    refreshed: "Up to date.",
    cancel: "Cancel assessment…",
    archive: "Archive…",
    archivedAt: "Archived",
    progress: "Progress",
    current: "current",
    done: "done",
    unseen: "not seen by this browser",
    endedAfter: (/** @type {string} */ stage) =>
      `The last stage that this browser saw before is ${stage}.`,
    endedUnseen: "This browser saw nothing of it before.",
    neverBegan: "Work on it had not begun.",
    movedBack: (/** @type {string} */ from) => `Moved back from ${from}.`,
    score: "Score",
    notScored: "Not scored yet",
    findings,
    scope: "Scope",
    vendor: "Vendor",
    services: "Services",
    controlSets: "Control sets",
    assignee: "Assignee",
    workflowRun: "Workflow run",
    workflow: "Workflow",
    noSteps: "No step has begun.",
    runStatuses: {
      started: "going on",
      completed: "completed",
      canceled: "canceled",
      failed: "failed",
    },
    stepStatuses: {
      going: "going on",
      success: "done",
      failed: "failed",
      continued: "failed, and the run continued",
      ended: "failed, and the run ended",
      skipped: "skipped",
    },
    none: "none",
    customFields: "Custom fields",
    noCustomFields: "No custom field has a value.",
    yes: "Yes",
    no: "No",
    times: "Times",
    created: "Created",
    initiated: "Work began",
    updated: "Last change",
    read: "Read",
    history: "Seen by this browser",
    support: "For support",
    supportText: "Quote this when you ask about what you see here.",
    json: "Raw JSON",
    createdNotice: "The assessment was created.",
    replayedNotice:
      "An earlier attempt with this key had arrived already. This is what it created; nothing was created twice.",
  },

  end: {
    cancelTitle: "Cancel this assessment?",
    cancelText:
      "Work on it stops, running workflows are told to stop, and it is archived as canceled. It stays readable. The API cannot undo this.",
    rejectTitle: "Reject it, and cancel the assessment?",
    rejectText:
      "No event of a run says no. To reject ends the assessment: its runs are told to stop, and it is archived as canceled. It stays readable. The API cannot undo this.",
    archiveTitle: "Archive this assessment?",
    archiveText: (/** @type {string} */ stage) =>
      `It is finished and keeps its stage, ${stage}. Its findings are archived with it, and it stays readable. The API cannot undo this.`,
    cancelConfirm: "Cancel assessment",
    rejectConfirm: "Reject and cancel",
    archiveConfirm: "Archive",
    keep: "Keep it",
    working: "Sending…",
    canceled: "The assessment is canceled and archived.",
    archived: (/** @type {string} */ stage) => `The assessment is archived as ${stage}.`,
    finishedMeanwhile: (/** @type {string} */ stage) =>
      `It had finished meanwhile and is archived as ${stage}.`,
    failed: "It is not certain that this arrived. Try again: nothing happens twice.",
  },

  // Choosing by name.
  picker: {
    found: (/** @type {number} */ n) => count(n, { one: `${n} found.`, other: `${n} found.` }),
    none: "Nothing is called that.",
    recent: "Used last",
    others: "Others",
    more: "There are more: type more of the name.",
    failed: "The names cannot be read now. An id can be pasted.",
    picked: (/** @type {string} */ name) => `${name} chosen.`,
    lastAssessed: (/** @type {string} */ when, /** @type {string} */ stage) =>
      `last assessed ${when}, ${stage}`,
    neverAssessed: "never assessed",
    isCalled: "This is",
    firstAnalyst: "Goes to the vendor's first risk analyst:",
    steps: (/** @type {number} */ n) => count(n, { one: `${n} step`, other: `${n} steps` }),
    choose: (/** @type {string} */ what, /** @type {string} */ vendor) => `${what} of ${vendor}`,
  },

  names: {
    // Of what is named like that; for a button.
    idOf: (/** @type {string} */ name) => `the id of ${name}`,
    more: (/** @type {number} */ n) => `Show ${n} more`,
    outcome: "Outcome",
    untitled: "A finding without a title",
    unlisted: (/** @type {number} */ n) =>
      count(n, { one: `${n} more is not listed here.`, other: `${n} more are not listed here.` }),
    documents: "Documents",
    archived: "Archived",
    lasted: "From creation to the last change",
  },

  runs: {
    title: "Workflow runs",
    started: "Started",
    ended: "Ended",
    took: "Took",
    waits: (/** @type {string | undefined} */ event) =>
      event === undefined ? "It waits for an event." : `It waits for the event ${event}.`,
    waiting: (
      /** @type {string} */ step,
      /** @type {string} */ workflow,
      /** @type {string | undefined} */ event,
    ) => `“${step}” of ${workflow} waits for ${event ?? "an event"}.`,
    until: "At the latest",
    approve: "Approve…",
    reject: "Reject…",
    send: (/** @type {string} */ event) => `Send ${event}…`,
    report: "It must bring what an analyser found, so a system sends it.",
    answer: "Answer it…",
    notAllowed: "Your role may not send it.",
  },

  event: {
    title: "Send the event that is waited for",
    text: (/** @type {string} */ step) =>
      `“${step}” goes on when an event of the right name arrives. The workflow's author chose the name, such as review-approved; it could not be read here.`,
    approveTitle: "Approve, and let it go on?",
    knownTitle: "Send the event that is waited for?",
    knownText: (/** @type {string} */ step, /** @type {string} */ event) =>
      `“${step}” goes on with the event ${event}, which is sent in your name. The API cannot undo this.`,
    approve: "Approve",
    over: "It went on meanwhile: nothing was sent.",
    name: "Name of the event",
    empty: "Enter the name of the event.",
    send: "Send event",
    keep: "Not now",
    working: "Sending…",
    failed: "It is not certain that this arrived. Send it again: it arrives once.",
    sent: (/** @type {string} */ name) => `The event ${name} was accepted.`,
  },

  again: {
    label: "Assess again",
    duplicate: "Duplicate",
    title: "Replace what you were writing?",
    text: "There is a new assessment that you have not created yet. It is replaced by one for this vendor.",
    openText:
      "There is a new assessment that was sent and not answered: it may have been created. Its key is given up as well.",
    confirm: "Replace it",
    keep: "Keep it",
    working: "Replacing…",
  },

  // Being told when what is watched has ended.
  tell: {
    label: "Tell me when what I watch is done",
    hint: "As long as a tab of this page is open; in the background it looks once a minute.",
    denied:
      "This browser does not let this page tell you. Allow notifications in its settings for this site, and load the page again.",
    several: (/** @type {number} */ n) => `${assessments(n)} are done`,
  },

  // Assessments of several vendors at once.
  many: {
    title: "Assess several vendors",
    intro: "The same control sets, workflow and assignee for each.",
    one: "One vendor",
    count: vendors,
    create: (/** @type {number} */ n) => `Create ${assessments(n)}`,
    added: (/** @type {number} */ n) => `Looking for ${vendors(n)}.`,
    looking: "Looking for it…",
    unread: "It cannot be looked for now.",
    unknown: "No vendor is called that. Take it out, and choose one above.",
    whichOne: "Which one is meant?",
    noVendor: "Choose a vendor.",
    toSettle: (/** @type {number} */ n) => `To be settled first: ${vendors(n)}.`,
    tooMany: (/** @type {number} */ n) => `Too many at once; left out: ${vendors(n)}.`,
    columns: { vendor: "Vendor", outcome: "Assessment" },
    progress: "How many are settled",
    sending: "Sending. You may go to other pages of this tab meanwhile.",
    ending: "Stopping…",
    waiting: "Waiting for the API. It goes on by itself.",
    elsewhere: "Another tab sends these.",
    unfinished: "Not all of them were sent.",
    notKept: "This browser keeps no data, so if the page is closed, this is lost.",
    goOnText: "Going on creates nothing twice.",
    counted: (/** @type {number} */ n, /** @type {number} */ all, /** @type {number} */ failed) =>
      `${n} of ${assessments(all)} created${failed > 0 ? `, ${failed} failed` : ""}.`,
    done: (/** @type {number} */ n) => `${assessments(n)} created.`,
    doneText: "Those that are missing can be sent again, as they are or changed.",
    stop: "Stop",
    goOn: "Go on",
    retry: "Send the failed again",
    change: "Change the failed",
    exportFile: "Export CSV",
    exportName: "new-assessments.csv",
    startAnew: "Start over",
    giveUp: "Give up the rest?",
    giveUpText:
      "What was created stays. What was sent and not answered may have been created as well: look for it in the list.",
    giveUpConfirm: "Give up the rest",
    keep: "Keep it",
    states: { planned: "not sent yet", open: "sent, no answer yet" },
    unsureText: "Sent long ago and never answered. Look whether it is there.",
    look: "Look in the list",
    renew: "Create it now",
  },

  create: {
    intro: "Of a vendor that the API knows.",
    example: "Fill in an example",
    clear: "Start over",
    fields: {
      vendor_id: { label: "Vendor", hint: "One id, such as cbvndr_…" },
      vendors: {
        label: "Vendors",
        hint: "Type names, or paste a column of names or ids from a spreadsheet.",
      },
      control_set_ids: {
        label: "Control sets",
        hint: "Paste as many ids as you like, or none.",
      },
      service_ids: {
        label: "Services",
        hint: "Services of this vendor. None means the vendor as a whole.",
      },
      name: { label: "Name", hint: "Leave empty for a generated name." },
      assessment_name_format: { label: "Name format", hint: "Used if there is no name." },
      assignee_id: { label: "Assignee", hint: "Leave empty for the vendor's first risk analyst." },
      supporting_document_ids: {
        label: "Supporting documents",
        hint: "Documents uploaded beforehand, linked as evidence.",
      },
      trigger_workflow: { label: "Workflow to start", hint: "By its name. Leave empty for none." },
      "Idempotency-Key": {
        label: "Idempotency key",
        hint: "With the same key the API creates at most one assessment in 24 hours. Use your own, such as a ticket number, if you like.",
      },
    },
    /** @type {Record<string, string>} */
    hintsByName: {
      vendor_id: "Type its name, or paste its id.",
      control_set_ids: "Type names, or paste ids. None is allowed.",
      assignee_id: "Type a name, or leave it empty for the vendor's first risk analyst.",
    },
    several: "Several vendors",
    more: "More: name, services, assignee…",
    required: "required",
    remove: (/** @type {string} */ id) => `Remove ${id}`,
    edit: (/** @type {string} */ id) => `Edit ${id}`,
    editing: "Change it. Enter keeps the change, Escape leaves it.",
    changed: "Changed.",
    unchanged: "Left as it was.",
    moveAll: (/** @type {number} */ n) => `Move all ${n} to where they belong`,
    removeBad: (/** @type {number} */ n) => `Remove all ${n} that are wrong`,
    removeAll: "Remove all",
    entries: (/** @type {number} */ n) => count(n, { one: `${n} entry`, other: `${n} entries` }),
    moreFaults: (/** @type {number} */ n) => `and ${n} more`,
    // The article and the name of a kind of id, as in `kinds`.
    wrongKind: (/** @type {string} */ kind, /** @type {string} */ field) =>
      `This is ${kind}. Move it to ${field}?`,
    move: (/** @type {string} */ field) => `Move to ${field}`,
    moved: (/** @type {string[]} */ fields) => `Moved to ${list.format(fields)}.`,
    kinds: {
      assessment: "the id of an assessment",
      control_set: "the id of a control set",
      service: "the id of a service",
      user: "the id of a user",
      vendor: "the id of a vendor",
      vendor_document: "the id of a document",
    },
    preview: "Its name will be",
    previewVendor: "‹vendor's name›",
    previewService: (/** @type {number} */ n) => `‹service ${n}›`,
    previewCycle: "The last word is “reassessment” if the vendor was assessed before.",
    tokens: "Insert",
    newKey: "New key",
    newKeyMade: "There is a new key.",
    keyTaken: "This key belongs to another assessment. Yours was not created.",
    keyTakenBy: "It is the key of",
    keyTakenDiffers: (/** @type {string[]} */ fields) => `What differs: ${list.format(fields)}.`,
    keyTakenText: "What you wrote is still here. With a new key it can be created.",
    ownTab: "This tab was duplicated, so it has a key of its own now.",
    submit: "Create assessment",
    sending: "Sending…",
    retrying: (/** @type {number} */ attempt) =>
      `Trying again. Attempt ${attempt}, with the same key.`,
    stop: "Stop",
    faults: (/** @type {number} */ n) =>
      count(n, {
        one: "One thing needs your attention.",
        other: `${n} things need your attention.`,
      }),
    issues: {},
    openEarlier:
      "An earlier attempt to send this was not answered. Send it again with the same key: nothing is created twice.",
    openChanged:
      "You changed the request since then. If the earlier attempt arrived, the same key answers what it created, without your changes.",
    sameKey: "Nothing is created twice: the key stays the same.",
    again: "Send again",
    toField: "Go to the field",
    problems: {
      refused: "The API refused this",
      notSent: "This was not sent",
      between: "No answer of the API",
      workflowMissing: "There is no such workflow",
      workflowDisabled: "The workflow is switched off",
      credential: "The credential was refused",
      address: "Your network address is not allowed",
      busy: "Too many requests",
      unavailable: "The API is not available",
      unreachable: "No answer",
      unreachableText:
        "You may be offline, or the API is not reachable. The request may have arrived all the same.",
      stopped: "Stopped",
      stoppedText: "The request may have arrived all the same.",
      ended: "Your session is over",
      misused: "This cannot be sent from here",
      unexpected: "An unexpected answer",
      tooLarge: "The request is too large",
    },
  },
};
