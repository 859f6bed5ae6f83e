using System.Net.Sockets;
using System.Security.Authentication;
using MailCluster.Auth.PassDb;
using MailCluster.Auth.Templates;
using MailCluster.Auth.Users;
using Microsoft.Extensions.Logging;

namespace MailCluster.Auth.Drivers.Imap;

/// <summary>Passwords that another IMAP server checks. A connection a log-in; only so many at once.</summary>
internal sealed class ImapPassDb : IPassDb, IDisposable
{
    private static readonly Dictionary<string, string> NoFields = [];

    private readonly ImapServerOptions _options;
    private readonly TimeProvider _time;
    private readonly ILogger<ImapPassDb> _logger;
    private readonly Template _username;
    private readonly Authorities? _authorities;
    private readonly SemaphoreSlim _slots;

    /// <exception cref="ArgumentException">The authorities cannot be read.</exception>
    /// <exception cref="FormatException">The name is no template.</exception>
    public ImapPassDb(ImapServerOptions options, TimeProvider time, ILogger<ImapPassDb> logger)
    {
        _options = options;
        _time = time;
        _logger = logger;
        _username = Template.Parse(options.Username);
        _slots = new SemaphoreSlim(options.ConnectionsMax, options.ConnectionsMax);
        _authorities = options.AuthorityFile is { } file ? new Authorities("imap", file) : null;
    }

    public string Name => "imap";

    public PassDbCapabilities Capabilities => PassDbCapabilities.Password;

    public async ValueTask<PassDbResult> VerifyAsync(PassDbQuery query, ReadOnlyMemory<byte> password, CancellationToken cancellationToken)
    {
        // The other server cannot be asked about a user without the password.
        if (query.IsVerified) return PassDbResult.NotSupported;
        using var limit = new CancellationTokenSource(_options.Timeout, _time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, limit.Token);
        try
        {
            await _slots.WaitAsync(either.Token);
            try
            {
                using var login = await ImapLogin.ConnectAsync(_options, _authorities, either.Token);
                return await login.TryAsync(_username.Expand(AuthVariables.Of(query)), password, either.Token)
                    ? new PassDbResult(PassDbStatus.Match, new UserInfo(query.Account, NoFields))
                    : PassDbResult.Mismatch;
            }
            finally
            {
                _slots.Release();
            }
        }
        catch (Exception e) when (e is SocketException or IOException or AuthenticationException or DatabaseException)
        {
            return Unavailable(e.Message);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return Unavailable($"no answer within {_options.Timeout.TotalSeconds:0.#} s");
        }
    }

    public void Dispose() => _slots.Dispose();

    private PassDbResult Unavailable(string problem)
    {
        DatabaseLog.Unavailable(_logger, $"{Name} ({_options.Host}:{_options.Port})", problem);
        return PassDbResult.InternalFailure;
    }
}
