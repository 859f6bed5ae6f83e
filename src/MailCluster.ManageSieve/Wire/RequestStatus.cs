namespace MailCluster.ManageSieve.Wire;

/// <summary>What a look at the input for a request found.</summary>
internal enum RequestStatus
{
    /// <summary>A whole request.</summary>
    Complete,

    /// <summary>It has not ended yet.</summary>
    NeedMore,

    /// <summary>It has not ended yet, and what is missing is the content of a literal.</summary>
    NeedLiteral,

    /// <summary>It will not be carried out; the rest of it has to be skipped (<see cref="RequestDrain"/>).</summary>
    Rejected,
}

/// <summary>Why a request is not carried out.</summary>
internal enum RequestFault
{
    None,

    /// <summary>It is none by the grammar.</summary>
    Syntax,

    /// <summary>No command is called so.</summary>
    UnknownCommand,

    /// <summary>The command is not allowed in this state.</summary>
    WrongState,

    /// <summary>Too few or too many arguments, or one of another kind.</summary>
    Arguments,

    /// <summary>A name, a tag or an answer is longer than any can be.</summary>
    TooLong,

    /// <summary>The script is larger than scripts may be.</summary>
    ScriptTooLarge,
}
