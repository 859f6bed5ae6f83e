using System.Collections.Immutable;

namespace MailCluster.Sieve.Programs;

/// <summary>What one piece of a string with variables is (RFC 5229 §3).</summary>
internal enum PieceKind : byte
{
    /// <summary>Text: the number of a constant.</summary>
    Text = 0,

    /// <summary>A variable of the script's table.</summary>
    Variable = 1,

    /// <summary>A match variable: its number.</summary>
    Match = 2,

    /// <summary>An environment item (vnd.dovecot.environment): its name, the number of a constant.</summary>
    Environment = 3,
}

internal readonly record struct Piece(PieceKind Kind, int Value);

/// <summary>A string that is put together when it is used.</summary>
internal sealed record StringTemplate(ImmutableArray<Piece> Pieces);

/// <summary>A variable of a script: local, or shared with the scripts it includes (RFC 6609 §3.4).</summary>
/// <param name="Name">Lower case.</param>
internal readonly record struct VariableSlot(string Name, bool IsGlobal);
