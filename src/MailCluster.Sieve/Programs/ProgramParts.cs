using System.Collections.Immutable;

namespace MailCluster.Sieve.Programs;

/// <summary>What a program is made of, from the compiler or from stored bytes.</summary>
internal sealed record ProgramParts(
    ImmutableArray<string> Extensions,
    IReadOnlyList<string> Constants,
    IReadOnlyList<StringTemplate> Templates,
    IReadOnlyList<int[]> Lists,
    IReadOnlyList<VariableSlot> Variables,
    IReadOnlyList<byte> Code,
    IReadOnlyList<(int Offset, int Line)> Lines);
