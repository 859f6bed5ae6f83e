namespace MailCluster.Auth.PassDb;

/// <summary>
/// A source of passwords (Dovecot's passdb). Drivers may compare with a stored hash, or ask another server to. No member throws for
/// anything but cancellation: a database that cannot answer says <see cref="PassDbStatus.InternalFailure"/>, and logs why.
/// </summary>
public interface IPassDb
{
    /// <summary>The driver's name, for logs: <c>passwd-file</c>.</summary>
    string Name { get; }

    /// <summary>What the database can be asked.</summary>
    PassDbCapabilities Capabilities { get; }

    /// <summary>Checks a password. With <see cref="PassDbQuery.IsVerified"/> the password is not looked at.</summary>
    /// <param name="query">Who, and from where.</param>
    /// <param name="password">The password's octets; valid until the task completes, never kept.</param>
    /// <param name="cancellationToken">Cancelled when the connection goes away.</param>
    ValueTask<PassDbResult> VerifyAsync(PassDbQuery query, ReadOnlyMemory<byte> password, CancellationToken cancellationToken);

    /// <summary>Hands out the stored credentials of an account.</summary>
    ValueTask<PassDbResult> LookupCredentialsAsync(PassDbQuery query, CancellationToken cancellationToken) =>
        ValueTask.FromResult(PassDbResult.NotSupported);

    /// <summary>Checks a bearer token (RFC 6750). The account of a match is the one that the token names.</summary>
    /// <param name="query">Who the client says it is; the account may be empty.</param>
    /// <param name="token">The token as sent; valid until the task completes, never kept.</param>
    /// <param name="cancellationToken">Cancelled when the connection goes away.</param>
    ValueTask<PassDbResult> VerifyTokenAsync(PassDbQuery query, ReadOnlyMemory<byte> token, CancellationToken cancellationToken) =>
        ValueTask.FromResult(PassDbResult.NotSupported);

    /// <summary>Finds the account of the certificate that the client showed (<see cref="AuthContext.ClientCertificate"/>).</summary>
    ValueTask<PassDbResult> VerifyCertificateAsync(PassDbQuery query, CancellationToken cancellationToken) =>
        ValueTask.FromResult(PassDbResult.NotSupported);
}
