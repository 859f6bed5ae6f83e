namespace MailCluster.Auth.Chains;

/// <summary>What a chain does after one database answered (Dovecot's result_success, result_failure, result_internalerror).</summary>
public enum ChainRule
{
    /// <summary>End here with what this database said, or with success if an earlier rule set it.</summary>
    Return,

    /// <summary>End here with success.</summary>
    ReturnOk,

    /// <summary>End here without success.</summary>
    ReturnFail,

    /// <summary>Ask the next database; success so far stays as it is. A password that matched is not checked again.</summary>
    Continue,

    /// <summary>Success so far; ask the next database, which may still change that.</summary>
    ContinueOk,

    /// <summary>No success so far; ask the next database.</summary>
    ContinueFail,
}

/// <summary>The three rules of one database.</summary>
/// <param name="OnSuccess">After a match, or a user found.</param>
/// <param name="OnFailure">After an unknown user or a wrong password.</param>
/// <param name="OnInternalError">After a database that could not answer.</param>
public readonly record struct ChainRules(ChainRule OnSuccess, ChainRule OnFailure, ChainRule OnInternalError)
{
    /// <summary>Dovecot's defaults: the first success counts, everything else goes on.</summary>
    public static ChainRules Default { get; } = new(ChainRule.ReturnOk, ChainRule.Continue, ChainRule.Continue);
}

/// <summary>When a database of a chain is left out.</summary>
public enum ChainSkip
{
    /// <summary>It is always asked.</summary>
    Never,

    /// <summary>Left out once an earlier one verified the password, or found the user (Dovecot: authenticated, found).</summary>
    AfterSuccess,

    /// <summary>Left out as long as none did (Dovecot: unauthenticated, notfound).</summary>
    BeforeSuccess,
}
