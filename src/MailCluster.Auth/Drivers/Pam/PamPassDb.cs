using MailCluster.Auth.PassDb;
using MailCluster.Auth.Templates;
using MailCluster.Auth.Users;
using Microsoft.Extensions.Logging;

namespace MailCluster.Auth.Drivers.Pam;

/// <summary>
/// Passwords through PAM. Modules block, wait on purpose after a failure, and may hang; a conversation has a thread of its own and at most so
/// many run at once. PAM knows no stored passwords and no list of users.
/// </summary>
internal sealed class PamPassDb : IPassDb, IDisposable
{
    private static readonly Dictionary<string, string> NoFields = [];

    private readonly PamOptions _options;
    private readonly ILogger<PamPassDb> _logger;
    private readonly BlockingCalls _calls;

    /// <exception cref="ArgumentException">libpam is missing.</exception>
    public PamPassDb(PamOptions options, TimeProvider time, ILogger<PamPassDb> logger)
    {
        NativeLibraryMissing.ThrowIf("pam", LibPam.Library, LibPam.DebianPackage);
        _options = options;
        _logger = logger;
        _calls = new BlockingCalls($"PAM service {options.Service}", options.ConnectionsMax, waitingMax: 1024, options.Timeout, time);
    }

    public string Name => "pam";

    public PassDbCapabilities Capabilities => PassDbCapabilities.Password;

    public async ValueTask<PassDbResult> VerifyAsync(PassDbQuery query, ReadOnlyMemory<byte> password, CancellationToken cancellationToken)
    {
        // Modules take C strings: what follows a NUL would not be looked at.
        if (!query.IsVerified && (password.IsEmpty || password.Span.Contains((byte)0))) return PassDbResult.Mismatch;
        var address = AuthVariables.Show(query.Context.RemoteAddress);
        try
        {
            var (outcome, problem) = await _calls.RunAsync(
                password,
                copy => (LibPam.Ask(_options, query.Account, query.IsVerified ? null : copy, address, out var text), text),
                cancellationToken);
            if (outcome == PamOutcome.Failure) throw new DatabaseException(problem);
            if (outcome == PamOutcome.Expired) DatabaseLog.Refused(_logger, Name, query.Account, problem);
            return outcome switch
            {
                PamOutcome.Success => new PassDbResult(PassDbStatus.Match, new UserInfo(query.Account, NoFields)),
                PamOutcome.UnknownUser => PassDbResult.UnknownUser,
                PamOutcome.Expired => new PassDbResult(PassDbStatus.Refused) { Reason = "expired", ClientText = "Your password or account has expired." },
                _ => PassDbResult.Mismatch,
            };
        }
        catch (DatabaseException e)
        {
            DatabaseLog.Unavailable(_logger, $"{Name} ({_options.Service})", e.Message);
            return e.IsBusy ? new PassDbResult(PassDbStatus.Busy) : PassDbResult.InternalFailure;
        }
    }

    public void Dispose() => _calls.Dispose();
}
