using System.Collections.Immutable;

namespace MailCluster.Sieve;

/// <summary>What a run has decided. There is always an action for the message: an implicit keep is a <see cref="SieveKeep"/> here.</summary>
/// <param name="Actions">In the order in which scripts asked for them; without repetitions (RFC 5228 §2.10.3).</param>
/// <param name="Error">What went wrong at run time; the stage's own actions are then left out and the message is kept.</param>
/// <param name="IsTemporaryFailure">True: carry out nothing, and offer the message again later. There are no actions and no marks then.</param>
/// <param name="Marks">Ids to be remembered once the actions are carried out (RFC 7352 §3.1).</param>
/// <param name="Log">What scripts wrote with <c>debug_log</c> (vnd.dovecot.debug), bounded.</param>
public sealed record SieveOutcome(
    ImmutableArray<SieveAction> Actions,
    SieveError? Error,
    bool IsTemporaryFailure,
    ImmutableArray<DuplicateMark> Marks,
    ImmutableArray<string> Log);

/// <summary>An error at run time.</summary>
/// <param name="Script">The stage or included script.</param>
/// <param name="Line">From 1; 0 if it belongs to no line.</param>
/// <param name="IsLimit">True if a limit of <see cref="SieveRunLimits"/> was reached.</param>
public sealed record SieveError(string Script, int Line, string Message, bool IsLimit)
{
    public override string ToString() => Line > 0 ? $"{Script}:{Line}: {Message}" : $"{Script}: {Message}";
}

/// <summary>An id that <c>duplicate</c> has looked for and that is to be remembered.</summary>
/// <param name="Handle">The name space of the id within the user's scripts; empty is the default one.</param>
/// <param name="Lifetime">How long from now.</param>
public sealed record DuplicateMark(string Handle, string Id, TimeSpan Lifetime);
