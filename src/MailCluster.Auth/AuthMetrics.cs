using System.Diagnostics.Metrics;
using MailCluster.Auth.Passwords;

namespace MailCluster.Auth;

/// <summary>Instruments of the meter <c>MailCluster.Auth</c>.</summary>
internal sealed class AuthMetrics : IDisposable
{
    /// <summary>The meter's name, for listeners.</summary>
    public const string MeterName = "MailCluster.Auth";

    private readonly Meter _meter = new(MeterName);
    private readonly Counter<long> _attempts;

    public AuthMetrics(PasswordHashing hashing)
    {
        _attempts = _meter.CreateCounter<long>("mailcluster.auth.attempts", "{attempt}", "Login attempts by protocol and outcome");
        _meter.CreateObservableCounter("mailcluster.auth.hashes", () => hashing.SlowHashes, "{hash}", "Slow password hashes computed");
        _meter.CreateObservableGauge(
            "mailcluster.auth.hashes.waiting", () => hashing.Waiting, "{hash}", "Password checks waiting for their turn");
        _meter.CreateObservableGauge(
            "mailcluster.auth.cache.entries", () => hashing.Cache.Count, "{entry}", "Successful password checks remembered");
    }

    public void Attempt(AuthRequest request, AuthResult result) =>
        _attempts.Add(1, new("protocol", request.Context.Protocol), new("outcome", OutcomeName(result.Outcome)));

    public void Dispose() => _meter.Dispose();

    private static string OutcomeName(AuthOutcome outcome) => outcome switch
    {
        AuthOutcome.Success => "success",
        AuthOutcome.Failed => "failed",
        AuthOutcome.NotAuthorized => "not_authorized",
        AuthOutcome.Disabled => "disabled",
        AuthOutcome.PrivacyRequired => "privacy_required",
        _ => "temporary_failure",
    };
}
