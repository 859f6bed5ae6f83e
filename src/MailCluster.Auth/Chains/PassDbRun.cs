using MailCluster.Auth.PassDb;
using MailCluster.Auth.Passwords;
using MailCluster.Auth.Users;

namespace MailCluster.Auth.Chains;

/// <summary>The state of one question on its way through a chain of password databases. Not thread-safe.</summary>
internal sealed class PassDbRun(PassDbQuery query)
{
    private readonly Dictionary<string, string> _fields = new(query.Fields, StringComparer.Ordinal);
    private PassDbResult? _end;
    private PassDbResult _failure = PassDbResult.NotSupported;
    private IReadOnlyList<string> _credentials = [];
    private string? _masterUser;
    private bool _isSuccess;
    private bool _wasAsked;
    private bool _lastMatched;
    private bool _isOpenEnd;

    /// <summary>What the next database is asked.</summary>
    public PassDbQuery Query { get; private set; } = query;

    /// <summary>True once a master's password was verified and the question is about the other user.</summary>
    public bool BecameOther => _masterUser is not null;

    /// <summary>False when the step is left out for this question.</summary>
    public bool Wants(PassDbStep step) => WhyNot(step) is null;

    /// <summary>Why the step is left out for this question, by the option that says so; null: it is not.</summary>
    public string? WhyNot(PassDbStep step)
    {
        if (step.Mechanisms.Count > 0 && !step.Mechanisms.Contains(Query.Mechanism, StringComparer.OrdinalIgnoreCase)) return "mechanisms";
        if (step.IsDeny && Query.Account.Length == 0) return "no-name-yet";
        if (!NameFilter.Accepts(step.UsernameFilter, Query.Account)) return "username-filter";
        return step.SkipWhen switch
        {
            ChainSkip.AfterSuccess when Query.IsVerified => "skip",
            ChainSkip.BeforeSuccess when !Query.IsVerified => "skip",
            _ => null,
        };
    }

    /// <summary>Takes an answer; false when the chain ends with it.</summary>
    public bool Take(PassDbStep step, PassDbResult result)
    {
        if (step.IsDeny) return TakeDeny(result);
        _wasAsked = true;
        if (result.Status == PassDbStatus.Match) result = PassDbFields.Apply(Query, result);
        if (result.Status == PassDbStatus.Match && result.User!.Fields.ContainsKey(CredentialCheck.NoAuthenticate)) return TakeLookedUp(step, result);
        _isOpenEnd = false;
        if (result.Status == PassDbStatus.Refused)
        {
            _end = result;
            return false;
        }

        var rule = result.Status switch
        {
            PassDbStatus.Match => step.Rules.OnSuccess,
            PassDbStatus.InternalFailure or PassDbStatus.Busy => step.Rules.OnInternalError,
            _ => step.Rules.OnFailure,
        };
        // Where the chain ends, "continue" and "return" leave what this database said. "…-fail" means failure, also after a match.
        _lastMatched = result.Status == PassDbStatus.Match && rule is ChainRule.Continue or ChainRule.Return;
        if (result.Status == PassDbStatus.Match) Keep(step, result);
        else Remember(result);
        if (result.Status == PassDbStatus.Match && rule is ChainRule.ReturnFail or ChainRule.ContinueFail)
            Remember(PassDbResult.Mismatch with { Reason = "refused-by-rule" });
        _isSuccess = rule switch
        {
            ChainRule.ReturnOk or ChainRule.ContinueOk => true,
            ChainRule.ReturnFail or ChainRule.ContinueFail => false,
            _ => _isSuccess,
        };
        if (rule == ChainRule.ContinueOk || (rule == ChainRule.Continue && result.Status == PassDbStatus.Match))
            Query = Query with { IsVerified = true };
        return rule is ChainRule.Continue or ChainRule.ContinueOk or ChainRule.ContinueFail;
    }

    /// <summary>The chain's answer.</summary>
    public PassDbResult End()
    {
        if (_end is not null) return _end;
        // Every database was left out: nobody said that the password is wrong.
        if (!_wasAsked) return PassDbResult.InternalFailure with { Reason = "all-skipped" };
        // Dovecot's "noauthenticate" in the last database: the configuration leaves nobody to check the password.
        if (_isOpenEnd) return PassDbResult.InternalFailure with { Reason = "noauthenticate-last" };
        return _isSuccess || _lastMatched
            ? new PassDbResult(PassDbStatus.Match, new UserInfo(Query.Account, _fields)) { Credentials = _credentials, MasterUser = _masterUser }
            : _failure;
    }

    private bool TakeDeny(PassDbResult result)
    {
        if (result.Status == PassDbStatus.UnknownUser) return true;
        _end = result.Status is PassDbStatus.InternalFailure or PassDbStatus.Busy or PassDbStatus.NotSupported
            ? PassDbResult.InternalFailure with { Reason = "deny-list-unavailable" }
            : new PassDbResult(PassDbStatus.Refused) { Reason = "deny" };
        return false;
    }

    private bool TakeLookedUp(PassDbStep step, PassDbResult result)
    {
        _lastMatched = false;
        _isOpenEnd = true;
        KeepFields(result);
        // Nothing was verified: a master's name is not the other user's yet.
        Query = Query with { Account = result.User!.Account, Fields = _fields };
        return true;
    }

    private void KeepFields(PassDbResult result)
    {
        Fields.AddTo(_fields, result.User!.Fields);
        // These two speak of one database, and must not open the next one.
        _fields.Remove(CredentialCheck.NoPassword);
        _fields.Remove(CredentialCheck.NoAuthenticate);
    }

    private void Keep(PassDbStep step, PassDbResult result)
    {
        KeepFields(result);
        if (result.Credentials.Count > 0) _credentials = result.Credentials;
        var account = result.User!.Account;
        var other = step.IsMaster ? Query.LoginUser : null;
        if (other is null && result.User.Fields.TryGetValue("login_user", out var given) && UserName.TryParse(given, out var parsed, out _))
            other = parsed;
        if (other is not null)
        {
            _masterUser = account;
            account = other;
        }

        Query = Query with { Account = account, LoginUser = _masterUser is null ? Query.LoginUser : null, Fields = _fields };
    }

    private void Remember(PassDbResult result)
    {
        var isWorse = Rank(result.Status) > Rank(_failure.Status);
        if (isWorse || (_failure.StandIn is null && result.Status == _failure.Status)) _failure = result;
    }

    private static int Rank(PassDbStatus status) => status switch
    {
        PassDbStatus.NotSupported => 0,
        PassDbStatus.UnknownUser => 1,
        PassDbStatus.Mismatch => 2,
        PassDbStatus.Busy => 3,
        _ => 4,
    };
}
