using System.Collections.Immutable;

namespace MailCluster.Auth.Drivers;

/// <summary>Named texts in the order in which they were written, compared by content.</summary>
public sealed class FieldList : IEquatable<FieldList>
{
    /// <summary>No fields.</summary>
    public static FieldList None { get; } = new([]);

    /// <param name="items">The names and texts; each name once.</param>
    public FieldList(IEnumerable<KeyValuePair<string, string>> items) => Items = [.. items];

    /// <summary>The names and texts.</summary>
    public ImmutableArray<KeyValuePair<string, string>> Items { get; }

    /// <summary>As a dictionary.</summary>
    public IReadOnlyDictionary<string, string> ToDictionary() => Items.ToDictionary(StringComparer.Ordinal);

    /// <inheritdoc/>
    public bool Equals(FieldList? other) => other is not null && Items.SequenceEqual(other.Items);

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as FieldList);

    /// <inheritdoc/>
    public override int GetHashCode() => Items.Length;
}
