namespace MailCluster.Sieve;

/// <summary>
/// What a script asks of the world it runs in. Each member may answer synchronously. A failure that may pass is
/// <see cref="SieveHostUnavailableException"/>: the run then ends as a temporary failure, and nothing that it has decided is carried out.
/// </summary>
public interface ISieveHost
{
    /// <summary>The compiled script of a name, null if there is none (RFC 6609 §3). A script with errors is a <see cref="SieveScriptException"/>.</summary>
    ValueTask<SieveProgram?> FindScriptAsync(SieveIncludeLocation location, string name, CancellationToken cancellationToken);

    /// <summary>True if the folder is there and the user may deliver into it (RFC 5490 §3.1).</summary>
    ValueTask<bool> FolderExistsAsync(string folder, CancellationToken cancellationToken);

    /// <summary>The folder that has an id (RFC 9042), null if none has.</summary>
    ValueTask<string?> FolderOfIdAsync(string mailboxId, CancellationToken cancellationToken);

    /// <summary>True if the folder, or with null any folder of the user, has the special use (RFC 8579 §3).</summary>
    ValueTask<bool> HasSpecialUseAsync(string? folder, string specialUse, CancellationToken cancellationToken);

    /// <summary>An annotation of a folder, or with null of the server; null if it has no value (RFC 5490 §3.3, RFC 5464).</summary>
    ValueTask<string?> GetMetadataAsync(string? folder, string entry, CancellationToken cancellationToken);

    /// <summary>
    /// True if the id was marked before and has not run out (RFC 7352). Only looks; the mark is made by whoever carries out the outcome
    /// (<see cref="SieveOutcome.Marks"/>), so that a delivery that fails does not make its own repetition a duplicate.
    /// </summary>
    ValueTask<bool> IsDuplicateAsync(string handle, string id, TimeSpan lifetime, bool last, CancellationToken cancellationToken);

    /// <summary>True if the value is in the list (RFC 6134). Null if there is no such list.</summary>
    ValueTask<bool?> ListContainsAsync(string list, string value, CancellationToken cancellationToken);

    /// <summary>Runs a configured program; only <c>filter</c> and <c>execute</c>, which need its answer (<c>pipe</c> is an action of the outcome).</summary>
    ValueTask<SieveProgramResult> ExecuteAsync(
        SieveProgramKind kind, string program, IReadOnlyList<string> arguments, ReadOnlyMemory<byte> input, CancellationToken cancellationToken);

    /// <summary>
    /// An environment item (RFC 5183 §4) by its name in lower case, null if it is not known here. <c>imap.cause</c> is known only for events of IMAP (RFC 6785). Also the
    /// items of vnd.dovecot.environment: <c>vnd.dovecot.username</c>, <c>vnd.dovecot.default-mailbox</c> (what <c>keep</c> means), <c>vnd.dovecot.config.*</c>.
    /// </summary>
    string? EnvironmentItem(string name);

    /// <summary>True if notifications can be sent by this URI (RFC 5435 §4).</summary>
    bool IsValidNotifyMethod(string uri);

    /// <summary>What a method can do (RFC 5435 §5): for <c>online</c> one of yes, no, maybe. Null if the capability is not known.</summary>
    string? NotifyCapability(string uri, string capability);
}

/// <summary>Where an included script is looked for (RFC 6609 §3.2).</summary>
public enum SieveIncludeLocation
{
    Personal = 0,
    Global = 1,
}

/// <summary>How a program was asked for.</summary>
public enum SieveProgramKind
{
    Execute = 0,
    Filter = 1,
    Pipe = 2,
}

/// <summary>What a program gave.</summary>
/// <param name="ExitCode">0 is success.</param>
/// <param name="Output">What it wrote: for filter the message, for execute a string.</param>
public sealed record SieveProgramResult(int ExitCode, ReadOnlyMemory<byte> Output);

/// <summary>The host cannot answer now; later it may. The message is to be offered again.</summary>
public sealed class SieveHostUnavailableException(string message, Exception? inner = null) : Exception(message, inner);

/// <summary>A script that was included is there but does not compile.</summary>
public sealed class SieveScriptException(string message) : Exception(message);
