using System.Collections.Immutable;

namespace MailCluster.Delivery.Lists;

/// <summary>The lists that scripts may ask (RFC 6134).</summary>
public sealed record ListOptions
{
    public ImmutableArray<ListSource> Lists { get; init; } = [];

    /// <summary>Addresses that one redirect to a list may have; a larger list is not redirected to.</summary>
    public int RedirectMax { get; init; } = 100;
}

/// <summary>One list, by the name that scripts use.</summary>
/// <param name="Name">A URI in full (RFC 6134 §2.1), as <see cref="ScriptLists.FullName"/> makes it.</param>
/// <param name="File">
/// Full path of a text file with an entry a line; <c>%u</c>, <c>%n</c> and <c>%d</c> stand for the account, its local part and its domain. Null: the list is in a field.
/// </param>
/// <param name="Field">A field of the user databases that holds the entries, with commas or blanks between them.</param>
public sealed record ListSource(string Name, string? File, string? Field)
{
    /// <summary>Whether each account has a file of its own; one that has none has an empty list.</summary>
    public bool IsPersonal => File?.Contains('%', StringComparison.Ordinal) == true;
}
