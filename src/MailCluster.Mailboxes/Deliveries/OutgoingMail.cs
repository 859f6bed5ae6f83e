using MailCluster.Bodies;

namespace MailCluster.Mailboxes;

/// <summary>One message for one recipient outside, as it is to be sent. Its body is durable and is in use until the message is done with.</summary>
/// <param name="Kind">Why it is sent; decides what a failure means.</param>
/// <param name="Sender">The envelope's sender; empty for none (<c>&lt;&gt;</c>).</param>
/// <param name="Recipient">The envelope's recipient.</param>
/// <param name="Header">Header fields to be put before the body, complete lines with CRLF; empty for none. A forwarded message shares its body with the kept copy that way.</param>
/// <param name="EmailId">Of the stored body.</param>
/// <param name="Body">The stored body.</param>
/// <param name="Size">Of the body, in bytes.</param>
/// <param name="Terms">What the envelope asks for beyond that.</param>
public sealed record OutgoingMail(
    OutgoingKind Kind, string Sender, string Recipient, string Header, EmailId EmailId, BodyRef Body, uint Size, OutgoingTerms Terms);

/// <summary>Why a message is sent.</summary>
public enum OutgoingKind
{
    /// <summary>Somebody's message, forwarded: a failure is told to the account's owner, or to whom it may concern.</summary>
    Redirect,

    /// <summary>A vacation reply: a failure is logged, nobody misses it.</summary>
    Reply,

    /// <summary>A notification: as a reply.</summary>
    Notification,

    /// <summary>A refusal told to the sender of a message: a failure is logged (RFC 5321 §4.5.5: no answer to an answer).</summary>
    Bounce,
}

/// <summary>Extensions of the envelope, each empty or null when not asked for.</summary>
/// <param name="Notify">RFC 3461 §4.1: <c>NEVER</c>, or of <c>SUCCESS,FAILURE,DELAY</c>.</param>
/// <param name="Return">RFC 3461 §4.3: <c>FULL</c> or <c>HDRS</c>.</param>
/// <param name="EnvelopeId">RFC 3461 §4.4, as xtext.</param>
/// <param name="OriginalRecipient">RFC 3461 §4.2: type, semicolon, xtext.</param>
/// <param name="DeliverBy">RFC 2852: by when.</param>
/// <param name="DeliverByMode">RFC 2852: <c>N</c> or <c>R</c>, with <c>T</c> for a trace.</param>
/// <param name="NeedsUtf8">Its header has UTF-8: it can go only where SMTPUTF8 is understood (RFC 6531).</param>
public sealed record OutgoingTerms(
    string Notify = "",
    string Return = "",
    string EnvelopeId = "",
    string OriginalRecipient = "",
    DateTimeOffset? DeliverBy = null,
    string DeliverByMode = "",
    bool NeedsUtf8 = false)
{
    public static OutgoingTerms None { get; } = new();
}
