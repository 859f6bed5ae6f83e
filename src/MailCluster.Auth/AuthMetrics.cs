using System.Diagnostics.Metrics;
using MailCluster.Auth.Abuse;
using MailCluster.Auth.Cache;
using MailCluster.Auth.Passwords;

namespace MailCluster.Auth;

/// <summary>Instruments of the meter <c>MailCluster.Auth</c>.</summary>
internal sealed class AuthMetrics : IDisposable
{
    /// <summary>The meter's name, for listeners.</summary>
    public const string MeterName = "MailCluster.Auth";

    private readonly Meter _meter = new(MeterName);
    private readonly Counter<long> _attempts;

    public AuthMetrics(PasswordHashing hashing, AuthCache answers, BanList bans)
    {
        _attempts = _meter.CreateCounter<long>("mailcluster.auth.attempts", "{attempt}", "Login attempts by protocol and outcome");
        _meter.CreateObservableCounter("mailcluster.auth.hashes", () => hashing.SlowHashes, "{hash}", "Slow password hashes computed");
        _meter.CreateObservableGauge(
            "mailcluster.auth.hashes.waiting", () => hashing.Waiting, "{hash}", "Password checks waiting for their turn");
        _meter.CreateObservableGauge(
            "mailcluster.auth.cache.entries", () => hashing.Cache.Count, "{entry}", "Successful password checks remembered");
        _meter.CreateObservableGauge(
            "mailcluster.auth.cache.answers", () => answers.Count, "{entry}", "Answers of directories and databases remembered");
        _meter.CreateObservableGauge("mailcluster.auth.bans", () => bans.Count, "{ban}", "Bans in force, of the whole cluster");
        _meter.CreateObservableCounter("mailcluster.auth.bans.made", () => bans.Made, "{ban}", "Bans that this node made by itself, of clients that guess");
        _meter.CreateObservableGauge("mailcluster.auth.bans.unstored", () => bans.Unstored, "{ban}", "Bans in force on this node alone, since their store is away");
        _meter.CreateObservableCounter(
            "mailcluster.auth.cache.hits",
            () => new Measurement<long>[]
            {
                new(hashing.Cache.Hits, new KeyValuePair<string, object?>("cache", "hashes"), new("answer", "positive")),
                new(answers.PositiveHits, new KeyValuePair<string, object?>("cache", "answers"), new("answer", "positive")),
                new(answers.NegativeHits, new KeyValuePair<string, object?>("cache", "answers"), new("answer", "negative")),
            },
            "{login}",
            "Login attempts answered from memory");
        _meter.CreateObservableCounter(
            "mailcluster.auth.cache.misses",
            () => new Measurement<long>[]
            {
                new(hashing.Cache.Misses, new KeyValuePair<string, object?>("cache", "hashes")),
                new(answers.Misses, new KeyValuePair<string, object?>("cache", "answers")),
            },
            "{login}",
            "Login attempts that memory could not answer");
    }

    /// <summary>For tests, which have several at once.</summary>
    internal Meter Meter => _meter;

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
