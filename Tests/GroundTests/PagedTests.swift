import Ground
import Testing

@Suite struct PagedTests {
    @Test func aPagedArrayGrowsAndShrinksOverPageBorders() {
        var array = PagedArray<Int>()
        for value in 0..<5_000 { array.append(value) }
        array[1_024] = -1
        #expect(array.count == 5_000 && array[1_023] == 1_023 && array[1_024] == -1)
        for value in (1_025..<5_000).reversed() { #expect(array.removeLast() == value) }
        #expect(array.removeLast() == -1)
        #expect(array.count == 1_024)
        array.append(9)
        #expect(array[1_024] == 9)
    }

    @Test func aSlidingRingKeepsNumbersWhileItSlides() {
        var ring = SlidingRing<Int>()
        for value in 0..<30_000 {
            #expect(ring.append(value * 2) == value)
            if ring.count > 9_000 { #expect(ring.removeFirst() == ring.startNumber * 2 - 2) }
        }
        #expect(ring.count == 9_000 && ring.endNumber == 30_000)
        for number in ring.startNumber..<ring.endNumber { #expect(ring[number] == number * 2) }
        while ring.count > 0 { ring.removeFirst() }
        #expect(ring.append(1) == 30_000)
        #expect(ring[30_000] == 1)
    }
}
