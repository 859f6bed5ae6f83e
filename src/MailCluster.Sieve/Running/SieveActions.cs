using System.Collections.Immutable;

namespace MailCluster.Sieve;

/// <summary>One thing to be done. <see cref="Message"/> is the message as it was when the script asked: edits before the action are in it, later ones not.</summary>
public abstract record SieveAction(SieveMessage Message);

/// <summary>Into the inbox, or wherever <c>keep</c> means by default.</summary>
/// <param name="Flags">Flags and keywords to set (RFC 5232), each once; <c>\Seen</c> as written by the script.</param>
/// <param name="IsImplicit">True if no script asked for it.</param>
public sealed record SieveKeep(SieveMessage Message, ImmutableArray<string> Flags, bool IsImplicit) : SieveAction(Message);

/// <summary>
/// Into a folder. Id and special use come before the name where they lead to a folder (RFC 9042 §3, RFC 8579 §4); that is looked up when the message is filed, so that it is true then.
/// </summary>
/// <param name="Folder">The name as the script gives it, in UTF-8 form, never empty.</param>
/// <param name="Create">Make it if it is missing (RFC 5490 §3.2).</param>
public sealed record SieveFileInto(
    SieveMessage Message, string Folder, ImmutableArray<string> Flags, bool Create, string? MailboxId, string? SpecialUse) : SieveAction(Message);

/// <summary>On to another address.</summary>
/// <param name="Address">A checked <c>local@domain</c>; empty if <paramref name="List"/> is the target (RFC 6134 §2.5).</param>
/// <param name="Dsn">Parameters of RFC 6009 §3, null where the script gives none.</param>
/// <param name="DeliverBy">Parameters of RFC 6009 §4.</param>
public sealed record SieveRedirect(SieveMessage Message, string Address, SieveRedirectDsn? Dsn, SieveDeliverBy? DeliverBy, string? List) : SieveAction(Message);

/// <summary>RFC 6009 §3: NOTIFY and RET of the redirected message, null for what is not given.</summary>
public sealed record SieveRedirectDsn(string? Notify, string? Return);

/// <summary>RFC 6009 §4: either seconds from now or a time; the mode and whether a trace is wanted.</summary>
/// <param name="NotifyMode">True for mode N (tell and go on), false for R (return).</param>
public sealed record SieveDeliverBy(long? Seconds, DateTimeOffset? At, bool NotifyMode, bool Trace);

/// <summary>Nowhere. Asked for by the script; with other actions present it only says that there is no implicit keep.</summary>
public sealed record SieveDiscard(SieveMessage Message) : SieveAction(Message);

/// <summary>Back to the sender (RFC 5429).</summary>
/// <param name="IsEreject">True: by an SMTP/LMTP reply if at all possible, never by a message to a doubtful sender.</param>
public sealed record SieveReject(SieveMessage Message, string Reason, bool IsEreject) : SieveAction(Message);

/// <summary>An answer to the sender, if RFC 5230 §4.6 and RFC 3834 allow one: whoever carries it out decides that, and how often.</summary>
/// <param name="Handle">
/// What counts as the same answer (RFC 5230 §4.7): the script's <c>:handle</c>, or a string made of all that makes answers different.
/// </param>
/// <param name="Interval">Not again to the same sender for so long; zero answers each time.</param>
/// <param name="Reason">The text, or with <paramref name="IsMime"/> a MIME entity.</param>
/// <param name="Addresses">Further addresses of the user's own.</param>
/// <param name="Fcc">Where a copy of the answer goes (RFC 8580), null for nowhere.</param>
public sealed record SieveVacation(
    SieveMessage Message, string Handle, TimeSpan Interval, string? Subject, string? From, ImmutableArray<string> Addresses, bool IsMime, string Reason, SieveFcc? Fcc)
    : SieveAction(Message);

/// <summary>Where the copy of a message that was generated goes (RFC 8580 §3).</summary>
public sealed record SieveFcc(string Folder, ImmutableArray<string> Flags, bool Create, string? MailboxId, string? SpecialUse);

/// <summary>A notification (RFC 5435).</summary>
/// <param name="Method">A URI for which <see cref="ISieveHost.IsValidNotifyMethod"/> is true.</param>
/// <param name="Importance">1 (high) to 3 (low).</param>
/// <param name="Text">The script's own message, null for the default one.</param>
public sealed record SieveNotify(
    SieveMessage Message, string Method, string? From, int Importance, ImmutableArray<string> Options, string? Text, SieveFcc? Fcc) : SieveAction(Message);

/// <summary>Into a configured program (vnd.dovecot.pipe).</summary>
/// <param name="Try">True: a failure of the program is no error, the message is kept then.</param>
public sealed record SievePipe(SieveMessage Message, string Program, ImmutableArray<string> Arguments, bool Try) : SieveAction(Message);

/// <summary>A report in the format of RFC 5965 (vnd.dovecot.report).</summary>
/// <param name="FeedbackType">abuse, fraud, virus, not-spam, …</param>
/// <param name="HeadersOnly">True: the report holds the message's header, not the message.</param>
public sealed record SieveReportAbuse(SieveMessage Message, string FeedbackType, string Text, string Address, bool HeadersOnly) : SieveAction(Message);
