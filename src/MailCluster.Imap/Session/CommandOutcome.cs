using MailCluster.Imap.Responses;

namespace MailCluster.Imap.Session;

/// <summary>How a command ended: what the tagged line will say.</summary>
/// <param name="Status">OK, NO or BAD.</param>
/// <param name="Text">For people; a constant or a message of ours, nothing that the client sent.</param>
/// <param name="Code">A response code without argument.</param>
/// <param name="Argument">A response code with an argument, or null. Not both.</param>
internal readonly record struct CommandOutcome(
    ResponseStatus Status, string Text, ResponseCode Code = ResponseCode.None, TaggedCode? Argument = null)
{
    /// <summary>The command is under way; this, called once, waits for its end and tells what it ended with. Null: the outcome is this one.</summary>
    public Func<ValueTask<CommandOutcome>>? Later { get; private init; }

    /// <summary>The command goes on while the next one is read; see <c>ImapSession.Later.cs</c>.</summary>
    public static CommandOutcome UnderWay(Func<ValueTask<CommandOutcome>> later) => default(CommandOutcome) with { Later = later };

    public static CommandOutcome Ok(string text, TaggedCode? argument = null) => new(ResponseStatus.Ok, text, Argument: argument);

    public static CommandOutcome Ok(string text, ResponseCode code) => new(ResponseStatus.Ok, text, code);

    /// <summary>Refused.</summary>
    public static CommandOutcome No(string text, ResponseCode code = ResponseCode.None) => new(ResponseStatus.No, text, code);

    /// <summary>The client's mistake: syntax, or a command out of place.</summary>
    public static CommandOutcome Bad(string text, ResponseCode code = ResponseCode.None) => new(ResponseStatus.Bad, text, code);

    /// <summary>The handler has written the tagged line itself, since something had to happen right behind it.</summary>
    public static CommandOutcome AnsweredAlready => default;

    /// <summary>Whether a tagged line is still to be written.</summary>
    public bool IsToBeWritten => Text is not null;

    /// <summary>Every message of the command was expunged by somebody else, which this client was not told yet (RFC 5530 §3); UIDs may name what is gone (RFC 9051 §6.4.9).</summary>
    public static CommandOutcome AllGone(bool byUid) =>
        byUid ? Ok("No messages matched") : No("The messages no longer exist", ResponseCode.ExpungeIssued);

    /// <summary>A message number past the last one (RFC 9051 §9, seq-number).</summary>
    public static CommandOutcome NoSuchNumber => Bad("There is no message with such a number");
}
