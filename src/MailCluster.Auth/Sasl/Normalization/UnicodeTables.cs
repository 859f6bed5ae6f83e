using System.Globalization;
using System.Text;

namespace MailCluster.Auth.Sasl.Normalization;

/// <summary>
/// The part of Unicode's tables that SASLprep needs and the framework has not: the program runs without ICU, where <see cref="string.Normalize()"/> gives back what it
/// got. Read from <c>unicode.txt</c> (made by <c>unicode.py</c>) with the first text that is not ASCII, in a few milliseconds, and kept.
/// </summary>
internal sealed class UnicodeTables
{
    private static readonly Lazy<UnicodeTables> s_shared = new(static () => new UnicodeTables());

    private readonly Dictionary<int, int[]> _decompositions = [];
    private readonly Dictionary<(int First, int Second), int> _compositions = [];
    private readonly List<(int First, int Last, byte Class)> _marks = [];
    private readonly List<(int First, int Last)> _rightToLeft = [];
    private readonly List<(int First, int Last)> _leftToRight = [];

    private UnicodeTables()
    {
        using var stream = typeof(UnicodeTables).Assembly.GetManifestResourceStream("MailCluster.Auth.unicode.txt")
            ?? throw new InvalidOperationException("unicode.txt is not in the assembly.");
        using var reader = new StreamReader(stream, Encoding.ASCII);
        while (reader.ReadLine() is { } line) Read(line);
    }

    public static UnicodeTables Shared => s_shared.Value;

    /// <summary>The full compatibility decomposition; null for what is its own. Not for Hangul.</summary>
    public int[]? Decompose(int point) => _decompositions.GetValueOrDefault(point);

    /// <summary>What the two compose to; -1: nothing. Not for Hangul.</summary>
    public int Compose(int first, int second) => _compositions.GetValueOrDefault((first, second), -1);

    /// <summary>The canonical combining class; 0 for starters.</summary>
    public byte ClassOf(int point)
    {
        var at = Find(_marks, point, static (range, point) => point < range.First ? 1 : point > range.Last ? -1 : 0);
        return at < 0 ? (byte)0 : _marks[at].Class;
    }

    /// <summary>RFC 3454's RandALCat.</summary>
    public bool IsRightToLeft(int point) => Find(_rightToLeft, point, static (range, point) => point < range.First ? 1 : point > range.Last ? -1 : 0) >= 0;

    /// <summary>RFC 3454's LCat.</summary>
    public bool IsLeftToRight(int point) => Find(_leftToRight, point, static (range, point) => point < range.First ? 1 : point > range.Last ? -1 : 0) >= 0;

    private static int Find<T>(List<T> ranges, int point, Func<T, int, int> compare)
    {
        int low = 0, high = ranges.Count - 1;
        while (low <= high)
        {
            var middle = (low + high) / 2;
            switch (compare(ranges[middle], point))
            {
                case 0: return middle;
                case > 0: high = middle - 1; break;
                default: low = middle + 1; break;
            }
        }

        return -1;
    }

    private void Read(string line)
    {
        var words = line.Split(' ');
        switch (words[0])
        {
            case "D":
                _decompositions.Add(Point(words[1]), [.. words.Skip(2).Select(Point)]);
                break;
            case "C":
                _compositions.Add((Point(words[1]), Point(words[2])), Point(words[3]));
                break;
            case "M":
                _marks.Add((Point(words[1]), Point(words[2]), byte.Parse(words[3], CultureInfo.InvariantCulture)));
                break;
            case "R":
                _rightToLeft.Add((Point(words[1]), Point(words[2])));
                break;
            case "L":
                _leftToRight.Add((Point(words[1]), Point(words[2])));
                break;
        }
    }

    private static int Point(string hexadecimal) => int.Parse(hexadecimal, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture);
}
